//! Says at compile time whether the corpus of policies lies beside the repository: the tests that read it are reported as ignored
//! where it is absent (`cfg(corpus)`). Nothing else is built here.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(corpus)");
    println!("cargo::rerun-if-changed=build.rs");
    let beside =
        Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../shared");
    let mark = beside.join("corpus/README.md");
    if mark.is_file() && beside.join("seed").is_dir() {
        println!("cargo::rustc-cfg=corpus");
        println!("cargo::rerun-if-changed={}", mark.display());
    }
}
