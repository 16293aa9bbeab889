use crate::eval::cases;
use crate::reference;

#[test]
fn the_reader_decides_every_case_of_the_corpus_as_its_source_says() {
    let wrong = cases().into_iter().filter_map(|case| {
        let answer = reference::decide_text(&case.line);
        (answer.word() != case.expect).then(|| format!("{}: {answer:?}, expected {}\n    {}", case.name, case.expect, case.line))
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
