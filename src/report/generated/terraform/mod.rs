//! Generated documents as a Terraform module: resources, variables, outputs and how to use it.

mod readme;
mod resources;
mod words;

use super::remarks;
use crate::generate::{Generated, Parameter, Plan, generate, parameters};
use std::fmt::Write;
use words::{Switch, quoted, reference};

/// A file of a template, by its name in the folder.
pub type File = (&'static str, String);

/// The versions with which the resources take these arguments: `thumbprint_list` of an identity provider may be left out.
const VERSIONS: &str = "terraform {
  required_version = \">= 1.3\"
  required_providers {
    aws = {
      source  = \"hashicorp/aws\"
      version = \">= 5.81\"
    }
  }
}
";

/// The files of the module. `generated` are the documents of the plan with its own values, of which the remarks are.
pub fn terraform(plan: &Plan, generated: &Generated) -> Vec<File> {
    let (marked, mut variables) = parameters(plan);
    let documents = generate(&marked).documents;
    let mut main = remarks(generated).map(|remark| format!("# {remark}\n")).collect::<String>();
    main = main + "\n" + VERSIONS + &resources::resources(&marked, &documents);
    let outputs = resources::outputs(&marked, &documents);
    let is_used =
        |variable: &Parameter| (main.clone() + &outputs).contains(&reference(&variable.name));
    variables.retain(is_used);
    let readme = readme::readme(plan, generated, &variables);
    let switches = resources::switches(&marked).iter().map(switch).collect::<String>();
    let variables = variables.iter().map(variable).collect::<String>() + &switches;
    vec![
        ("main.tf", main.trim_start().to_owned()),
        ("variables.tf", variables.trim_start().to_owned()),
        ("outputs.tf", outputs.trim_start().to_owned()),
        ("README.md", readme),
    ]
}

fn variable(variable: &Parameter) -> String {
    let Parameter { name, text, default, pattern } = variable;
    let mut block = format!(
        "\nvariable \"{name}\" {{\n  description = {}\n  type        = string\n",
        quoted(text)
    );
    if let Some(default) = default {
        // Writing to a string cannot fail.
        let _ = writeln!(block, "  default     = {}", quoted(default));
    }
    let _ = write!(
        block,
        "\n  validation {{\n    condition     = can(regex({}, var.{name}))\n    error_message = {}\n  }}\n}}\n",
        quoted(pattern),
        quoted(&format!("{name} must match {pattern}"))
    );
    block
}

fn switch(Switch { name, text }: &Switch) -> String {
    format!(
        "\nvariable \"{name}\" {{\n  description = {}\n  type        = bool\n  default     = true\n}}\n",
        quoted(text)
    )
}
