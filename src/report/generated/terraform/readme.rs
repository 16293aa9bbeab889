//! How to use the module.

use super::resources::switches;
use super::words::Switch;
use crate::generate::{Generated, Kind, Parameter, Plan};
use crate::product::Customer;

/// The text of `README.md`.
pub(super) fn readme(plan: &Plan, generated: &Generated, variables: &[Parameter]) -> String {
    let wording = plan.product.wording();
    let (product, lower) = (wording.product, wording.lower());
    let made = generated.documents.iter().filter_map(|document| resource(document.kind, plan));
    let made = made.map(|line| format!("- {line}\n")).collect::<String>();
    let switches = switches(plan);
    let rows = variables.iter().map(row).chain(switches.iter().map(switch_row));
    let rows = rows.collect::<String>();
    let notes = generated.notes.iter().map(|note| format!("- {}\n", note.text)).collect::<String>();
    let region = plan.region.iter().map(|region| format!("export AWS_REGION={region}\n"));
    let region = region.collect::<String>();
    let open = variables.iter().filter(|variable| variable.default.is_none());
    let open = open.map(|variable| format!("  {} = \"..\"\n", variable.name)).collect::<String>();
    format!(
        "# What {product} needs of a bucket

Made by `ica-policy generate --format terraform`. The module makes:

{made}
The defaults of the variables are the values of the connection that it was made for. The JSON files next to it are the same policies with
these values; `ica-policy check .` reads them and `ica.toml`. Make the module again where another region, versioning state or key is used:
other actions are needed then.

```hcl
module \"{lower}\" {{
  source = \"./path/to/this/folder\"
{open}}}
```

```sh
{region}terraform init
terraform plan
terraform apply
```
{after}
| variable | | default |
|---|---|---|
{rows}
## Before you apply it

A bucket has one policy and one set of CORS rules, and a key has one policy: the resources replace those that exist. If there are any, add
their statements here. `terraform plan` does not show those that are not in
its state.

{notes}",
        after = after(plan)
    )
}

/// What is left to do by hand.
fn after(plan: &Plan) -> String {
    let name = &plan.customer_name;
    match &plan.customer {
        Customer::User(_) => format!(
            "\nThen make the access key, which no state file should hold: `aws iam create-access-key --user-name {name}`.\n"
        ),
        Customer::Role(_) => String::new(),
    }
}

fn resource(kind: Kind, plan: &Plan) -> Option<String> {
    let word = plan.customer.word();
    Some(match kind {
        Kind::UserPolicy | Kind::RolePolicy => format!("the policy of the {word}, and the {word}"),
        Kind::BucketPolicy => "the policy of the bucket".to_owned(),
        Kind::KmsKeyPolicy => "the policy of the KMS key".to_owned(),
        Kind::Cors => "the CORS rules of the bucket".to_owned(),
        Kind::TrustPolicy => return None,
    })
}

fn switch_row(switch: &Switch) -> String {
    format!("| `{}` | {} | `true` |\n", switch.name, switch.text)
}

fn row(variable: &Parameter) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let default = variable
        .default
        .as_deref()
        .map_or("none: give it".to_owned(), |value| format!("`{value}`"));
    format!("| `{}` | {} | {} |\n", variable.name, cell(&variable.text), cell(&default))
}
