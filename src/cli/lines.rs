//! Lines of a stream, in constant memory.

use crate::source::MAX_INPUT_BYTES;
use std::io::{self, BufRead};

/// What comes next.
pub(super) enum Read<'a> {
    /// A line without its end.
    Line(&'a str),
    /// A line that cannot be read, and why.
    Wrong(String),
    End,
}

/// Reads up to a line break. The rest of a line beyond the limit is dropped.
pub(super) fn read_line<'a>(
    input: &mut impl BufRead,
    line: &'a mut Vec<u8>,
) -> io::Result<Read<'a>> {
    line.clear();
    let read = io::Read::take(&mut *input, MAX_INPUT_BYTES as u64 + 1).read_until(b'\n', line)?;
    if read > MAX_INPUT_BYTES && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        let most = MAX_INPUT_BYTES >> 20;
        return Ok(Read::Wrong(format!(
            "the line has more than {most} MiB, the most that is read"
        )));
    }
    if read == 0 {
        return Ok(Read::End);
    }
    Ok(match std::str::from_utf8(line) {
        Ok(text) => Read::Line(text.trim_end()),
        Err(wrong) => {
            let byte = wrong.valid_up_to() + 1;
            Read::Wrong(format!("the line is not UTF-8 at byte {byte}"))
        }
    })
}
