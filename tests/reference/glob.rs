//! Whether a text matches a pattern.

use super::text::Piece;

/// `*` matches any run of characters, `?` one character.
pub fn fits(pattern: &[Piece], text: &str) -> bool {
    fits_chars(pattern, &text.chars().collect::<Vec<_>>())
}

/// The ARN of a resource. A `*` that ends one of the first five parts may run on over colons, other
/// wildcards stay in their part (IAM:reference_policies_elements_resource).
pub fn fits_resource(pattern: &[Piece], text: &str) -> bool {
    let mut colons = 0;
    let mut own = Vec::new();
    for (at, piece) in pattern.iter().enumerate() {
        colons += usize::from(*piece == Piece::Written(':'));
        let ends_part = pattern.get(at + 1).is_none_or(|next| *next == Piece::Written(':'));
        own.push(match piece {
            Piece::Run if colons < 5 && !ends_part => Piece::RunInPart,
            Piece::One if colons < 5 => Piece::OneInPart,
            piece => *piece,
        });
    }
    fits(&own, text)
}

fn fits_chars(pattern: &[Piece], text: &[char]) -> bool {
    // `reached[n]` says whether the pattern so far matches the first n characters of the text.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for piece in pattern {
        if matches!(piece, Piece::Run | Piece::RunInPart) {
            for at in 0..text.len() {
                reached[at + 1] |= reached[at] && one(*piece, text[at]);
            }
            continue;
        }
        for at in (0..text.len()).rev() {
            reached[at + 1] = reached[at] && one(*piece, text[at]);
        }
        reached[0] = false;
    }
    reached[text.len()]
}

fn one(piece: Piece, c: char) -> bool {
    match piece {
        Piece::Written(own) | Piece::Inserted(own) => own == c,
        Piece::One | Piece::Run => true,
        Piece::OneInPart | Piece::RunInPart => c != ':',
    }
}

/// ARNs compare part by part. The sixth part takes the rest
/// (IAM:reference_policies_elements_condition_operators).
pub fn fits_arn(pattern: &[Piece], text: &str) -> bool {
    let parts = text.splitn(6, ':').collect::<Vec<_>>();
    let patterns = pattern.splitn(6, |piece| *piece == Piece::Written(':')).collect::<Vec<_>>();
    let same_count = parts.len() == 6 && patterns.len() == 6;
    same_count && patterns.iter().zip(parts).all(|(pattern, part)| fits(pattern, part))
}
