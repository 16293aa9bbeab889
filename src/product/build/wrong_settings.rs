//! What is wrong with the text of an `ica.toml`, in words.

use super::settings::{Settings, Several};
use crate::finding::{LETTERS_PER_MISTAKE, distance};
use crate::input::{TomlFault, names_of};

/// Why a text is no settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WrongSettings {
    /// It is not TOML.
    NoToml {
        /// What is wrong, with the line.
        message: String,
        /// What to do, if it is a file of settings.
        help: Option<&'static str>,
    },
    /// A setting is wrong.
    Setting {
        /// The line, and what is wrong.
        place_and_message: String,
    },
}

impl WrongSettings {
    /// What the reader of TOML says of a text.
    pub fn new(error: &toml::de::Error, text: &str) -> WrongSettings {
        let names = [names_of::<Several>(), names_of::<Settings>()].concat();
        let fault = TomlFault::new(error, text, &names);
        if !fault.is_toml {
            let help = "a text is written in double quotes, as in `bucket = \"my-bucket\"`";
            let help = fault.is_ours.then_some(help);
            return WrongSettings::NoToml { message: fault.with_line(), help };
        }
        let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
        let words = if fault.is_ours { in_words(&fault.message) } else { fault.message };
        WrongSettings::Setting { place_and_message: format!("{line}: {words}") }
    }
}

/// The name or form that is probably meant.
fn in_words(message: &str) -> String {
    let (said, expected) = message.split_once("`, expected ").unwrap_or((message, ""));
    match said.split_once(" `") {
        Some(("unknown field", name)) => {
            let plain = name.replace('-', "_").to_ascii_lowercase();
            let names = expected.split('`').skip(1).step_by(2).collect::<Vec<_>>();
            if names == ["connection"] {
                return format!(
                    "`{name}` stands above `[[connection]]`: settings belong below it, into each connection"
                );
            }
            let near = names.iter().map(|known| (distance(&plain, known), *known)).min();
            match near.filter(|(far, known)| far * LETTERS_PER_MISTAKE <= known.len()) {
                Some((_, meant)) => format!("there is no setting `{name}`: do you mean `{meant}`?"),
                None => format!("there is no setting `{name}`; there are {}", names.join(", ")),
            }
        }
        Some(("invalid type: integer", number)) if expected == "a string" => {
            format!("a text is wanted here: write \"{number}\", in quotes")
        }
        _ => message.to_owned(),
    }
}
