//! What AWS refuses in a document, before and after a slip.

use crate::finding::Finding;

/// Something that AWS refuses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    code: &'static str,
    /// The message without digits: a text that is too long stays so when its length changes.
    key: String,
    /// Why.
    pub message: String,
}

impl Refusal {
    pub(super) fn of(finding: &Finding) -> Refusal {
        Refusal::new(finding.code.id(), &finding.message)
    }

    fn new(code: &'static str, message: &str) -> Refusal {
        let key = message.replace(|letter: char| letter.is_ascii_digit(), "");
        Refusal { code, key, message: message.to_owned() }
    }
}

/// The first refusal that is not among those before; one that comes twice must have been there twice.
pub(super) fn new_refusal(before: &[Refusal], after: Vec<Refusal>) -> Option<String> {
    let mut known = before.iter().collect::<Vec<_>>();
    let mut new = after.into_iter().filter(|refusal| {
        let at =
            known.iter().position(|known| (known.code, &known.key) == (refusal.code, &refusal.key));
        at.map(|at| known.swap_remove(at)).is_none()
    });
    new.next().map(|refusal| refusal.message)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, new_refusal};

    #[test]
    fn one_refusal_for_another_is_new() {
        let of = |message: &str| Refusal::new("x", message);
        let (one, two) = (of("one"), of("two"));
        let before = [one.clone(), two.clone()];
        assert_eq!(new_refusal(&before, vec![two.clone(), one.clone()]), None);
        assert_eq!(new_refusal(&before, vec![two.clone()]), None);
        assert_eq!(new_refusal(&[of("7 too many")], vec![of("10 too many")]), None);
        assert_eq!(new_refusal(&before, vec![one, of("three")]).as_deref(), Some("three"));
        assert_eq!(new_refusal(&before, vec![two.clone(), two]).as_deref(), Some("two"));
    }
}
