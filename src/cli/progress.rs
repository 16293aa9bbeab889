//! A sign of life on the terminal while a run takes longer than a moment.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// How much is done, of how much.
static DONE: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

/// Says how much is done, of how much.
pub(super) fn count(done: usize, of: usize) {
    DONE[0].fetch_max(done, Ordering::Relaxed);
    DONE[1].store(of, Ordering::Relaxed);
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
    let style = ProgressStyle::with_template("{spinner} ica-policy works: {elapsed}{msg}");
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(100));
    while ended.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
        let [done, of] = DONE.each_ref().map(|number| number.load(Ordering::Relaxed));
        if of > 0 {
            bar.set_message(format!(", {done} of {of}"));
        }
    }
    bar.finish_and_clear();
}
