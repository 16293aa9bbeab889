//! `--batch` of `simulate` and `lint`: one line in, one line out, in constant memory.

use super::exit::Exit;
use super::files::{print_line, stream_of_answers};
use super::lines::{Read, read_line};
use crate::report::visible::visible;
use crate::simulate::{Answer, LineError, Simulator};
use std::io::{self, BufReader, Write};

/// Answers are written when there are this many bytes, or when the input pauses.
const CHUNK: usize = 1 << 16;

/// Answers the lines of standard input about single requests.
pub(super) fn run() -> Exit {
    let mut simulator = Simulator::new();
    answer_lines(&mut |line| {
        let answer = match line {
            Ok(text) => simulator.answer_line(text.to_owned()),
            Err(message) => Some(error(message)),
        };
        answer.map(|answer| Line {
            is_error: answer.is_error(),
            is_other: answer.as_expected == Some(false),
            json: answer.to_json(),
        })
    })
}

/// The answer to a line, as a line.
pub(super) struct Line {
    pub json: String,
    /// Whether the line could not be answered.
    pub is_error: bool,
    /// Whether the answer is not the one that the line expects.
    pub is_other: bool,
}

/// Answers a line, or says that it cannot be read.
type Answers<'a> = &'a mut dyn FnMut(Result<&str, String>) -> Option<Line>;

/// Reads standard input to its end.
pub(super) fn answer_lines(answer: Answers<'_>) -> Exit {
    let mut input = BufReader::with_capacity(CHUNK, io::stdin().lock());
    let mut output = stream_of_answers();
    match stream(&mut input, &mut output, answer) {
        Ok(exit) => exit,
        // The reader of the answers has closed the pipe: nothing is left to do.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            print_line("error: ", &error.to_string());
            Exit::Unreadable
        }
    }
}

fn stream(
    input: &mut BufReader<impl io::Read>,
    output: &mut impl Write,
    answer: Answers<'_>,
) -> io::Result<Exit> {
    let mut answers = Vec::with_capacity(CHUNK);
    let mut exit = Exit::Clean;
    let mut line = Vec::new();
    loop {
        // Only whole lines are written, so that an interrupt leaves no partial line.
        if answers.len() >= CHUNK || (input.buffer().is_empty() && !answers.is_empty()) {
            output.write_all(&answers)?;
            output.flush()?;
            answers.clear();
        }
        let answer = match read_line(input, &mut line)? {
            Read::End => break,
            Read::Wrong(message) => answer(Err(message)),
            Read::Line(text) => answer(Ok(text)),
        };
        let Some(answer) = answer else { continue };
        if answer.is_error {
            exit = Exit::Unreadable;
        } else if answer.is_other {
            exit = exit.max(Exit::Found);
        }
        answers.extend_from_slice(visible(&answer.json, false).as_bytes());
        answers.push(b'\n');
    }
    output.write_all(&answers)?;
    output.flush()?;
    Ok(exit)
}

/// The answer to a line that could not be read.
fn error(message: String) -> Answer {
    Answer::error(None, LineError { path: String::new(), message })
}
