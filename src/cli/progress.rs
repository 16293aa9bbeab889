//! A sign of life on the terminal while a run takes longer than a moment.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// What a person waits for without wondering.
const MOMENT: Duration = Duration::from_millis(700);

/// The thread that shows it; it ends when its channel does.
static SHOWN: Mutex<Option<(Sender<()>, JoinHandle<()>)>> = Mutex::new(None);

/// From now on a person at a terminal sees after a moment that the program works.
pub(super) fn begin() {
    if !stderr().is_terminal() {
        return;
    }
    let (sender, receiver) = channel();
    if let Ok(mut shown) = SHOWN.lock() {
        *shown = Some((sender, spawn(move || show(&receiver))));
    }
}

/// Clears the line, so that reports and errors begin on an empty one.
pub(super) fn end() {
    let shown = SHOWN.lock().ok().and_then(|mut shown| shown.take());
    if let Some((sender, thread)) = shown {
        drop(sender);
        let _ = thread.join();
    }
}

fn show(ended: &Receiver<()>) {
    if ended.recv_timeout(MOMENT) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let style = ProgressStyle::with_template("{spinner} ica-policy works: {elapsed}");
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(100));
    let _ = ended.recv();
    bar.finish_and_clear();
}
