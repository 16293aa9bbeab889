//! `ica-policy simulate --batch`: one line in, one line out, in constant memory.

use super::exit::Exit;
use crate::simulate::Simulator;
use crate::source::MAX_INPUT_BYTES;
use std::io::{self, BufRead, BufReader, Read, Write};

/// Answers are written out when this many bytes have gathered, or when the input pauses.
const CHUNK: usize = 1 << 16;

/// Reads standard input to its end.
pub(super) fn run() -> Exit {
    let mut input = BufReader::with_capacity(CHUNK, io::stdin().lock());
    let mut output = io::stdout().lock();
    match stream(&mut input, &mut output) {
        Ok(exit) => exit,
        // Whoever reads the answers has gone: nothing is left to do.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            Exit::Unreadable
        }
    }
}

fn stream(input: &mut BufReader<impl Read>, output: &mut impl Write) -> io::Result<Exit> {
    let mut simulator = Simulator::new();
    let mut answers = Vec::with_capacity(CHUNK);
    let mut exit = Exit::Clean;
    let mut line = Vec::new();
    loop {
        // Only whole lines are written, so that an interrupt leaves no half of one.
        if answers.len() >= CHUNK || (input.buffer().is_empty() && !answers.is_empty()) {
            output.write_all(&answers)?;
            output.flush()?;
            answers.clear();
        }
        if !read_line(input, &mut line)? {
            break;
        }
        let answer = match std::str::from_utf8(&line) {
            Ok(text) => simulator.answer(text.trim_end().to_owned()),
            Err(error) => Some(format!(
                r#"{{"id":null,"error":{{"message":"the line is not UTF-8 at byte {}","path":""}}}}"#,
                error.valid_up_to() + 1
            )),
        };
        let Some(answer) = answer else { continue };
        if answer.contains(r#","error":{"#) && !answer.contains(r#","decision":"#) {
            exit = Exit::Unreadable;
        }
        answers.extend_from_slice(answer.as_bytes());
        answers.push(b'\n');
    }
    output.write_all(&answers)?;
    output.flush()?;
    Ok(exit)
}

/// Reads up to a line break. Of a line beyond the limit the rest is thrown away; what is left is no JSON, and its answer says so.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = input.by_ref().take(MAX_INPUT_BYTES as u64).read_until(b'\n', line)?;
    if read == MAX_INPUT_BYTES && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok(read > 0)
}
