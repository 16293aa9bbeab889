//! `ica-policy man`: manual pages, made from the help.

use super::exit::Exit;
use super::files::{print_line, print_report};
use clap::{Args as ClapArgs, Command};
use clap_mangen::Man;
use std::path::{Path, PathBuf};
use std::{fs, io};

const AFTER_HELP: &str = "\
Examples:
  ica-policy man check | man -l -
  ica-policy man --write ~/.local/share/man/man1";

/// Prints a manual page, or writes all of them.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The command; without it the page of the whole program.
    #[arg(value_name = "COMMAND", conflicts_with = "write")]
    command: Option<String>,
    /// Write all pages into this folder, such as `ica-policy-check.1`.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

pub(super) fn run(args: &Args, mut program: Command) -> Exit {
    program.build();
    if let Some(folder) = &args.write {
        return written(write_all(&program, folder), folder);
    }
    let wanted = args.command.as_deref();
    let page = wanted.map_or(Some(&program), |name| program.find_subcommand(name));
    let Some(page) = page else {
        let names = program.get_subcommands().map(Command::get_name);
        let names = names.filter(|name| *name != "help").collect::<Vec<_>>();
        let message = format!(
            "`{}` is no command; there are {}",
            wanted.unwrap_or_default(),
            names.join(", ")
        );
        print_line("error: ", &message);
        return Exit::Usage;
    };
    match rendered(page) {
        Ok(text) => print_report(&String::from_utf8_lossy(&text)),
        Err(error) => unwritten(&error.to_string()),
    }
}

fn manual(command: &Command) -> Man {
    Man::new(command.clone()).source(concat!("ica-policy ", env!("CARGO_PKG_VERSION")))
}

fn rendered(command: &Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    manual(command).render(&mut text)?;
    Ok(text)
}

fn write_all(program: &Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for command in std::iter::once(program).chain(program.get_subcommands()) {
        let name = manual(command).get_filename();
        fs::write(folder.join(name), rendered(command)?)?;
    }
    Ok(())
}

fn written(result: io::Result<()>, folder: &Path) -> Exit {
    result
        .map_or_else(|error| unwritten(&format!("{}: {error}", folder.display())), |()| Exit::Clean)
}

fn unwritten(why: &str) -> Exit {
    print_line("error: ", &format!("the manual cannot be written: {why}"));
    Exit::Unreadable
}
