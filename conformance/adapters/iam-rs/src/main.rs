//! Cases of the conformance suite, decided by iam-rs. It evaluates a set of policies for one request; it knows no accounts and no layers,
//! so only users of the resource's account with identity and resource policies can be asked.

use iam_rs::{Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, Principal, PrincipalId, evaluate_policies};
use serde_json::{Value, json};
use std::io::BufRead;

fn main() {
    println!("{}", json!({"evaluator": "iam-rs 0.8.0"}));
    for text in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(case) = serde_json::from_str::<Value>(&text) else { continue };
        let (decision, why) = match not_expressible(&case) {
            Some(why) => ("NotExpressible", why.to_owned()),
            None => decide(&case).map_or_else(|error| ("Error", error), |decision| (decision, String::new())),
        };
        println!("{}", json!({"id": case["id"], "decision": decision, "why": why}));
    }
}

fn not_expressible(case: &Value) -> Option<&'static str> {
    let layers = case["policies"].as_object()?;
    let principal = case["request"]["principal"].as_str()?;
    let account = principal.split(':').nth(4);
    if layers.keys().any(|layer| layer != "identity" && layer != "resource") {
        Some("it knows identity and resource policies only")
    } else if !principal.contains(":user/") {
        Some("it knows no sessions, root users, services and anonymous callers")
    } else if account != case["request"]["resource_account"].as_str() {
        Some("it knows no accounts")
    } else {
        None
    }
}

fn decide(case: &Value) -> Result<&'static str, String> {
    let request = &case["request"];
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let mut policies = Vec::<IAMPolicy>::new();
    let layers = &case["policies"];
    for document in layers["identity"].as_array().into_iter().flatten().chain(layers.get("resource")) {
        policies.push(serde_json::from_value(document.clone()).map_err(|error| error.to_string())?);
    }
    let principal = Principal::Aws(PrincipalId::String(text("principal").to_owned()));
    let resource = Arn::parse(text("resource")).map_err(|error| format!("{error:?}"))?;
    let request = IAMRequest::new_with_context(principal, text("action"), resource, context(request));
    let decision = evaluate_policies(&policies, &request).map_err(|error| error.to_string())?;
    Ok(match decision {
        Decision::Allow => "Allowed",
        Decision::Deny => "ExplicitlyDenied",
        Decision::NotApplicable => "ImplicitlyDenied",
    })
}

/// The keys of the request, and those that follow from the caller.
fn context(request: &Value) -> Context {
    let mut context = Context::new();
    let principal = request["principal"].as_str().unwrap_or_default();
    let name = principal.rsplit('/').next().unwrap_or_default();
    for (key, value) in [
        ("aws:PrincipalArn", principal),
        ("aws:username", name),
        ("aws:PrincipalAccount", principal.split(':').nth(4).unwrap_or_default()),
        ("aws:PrincipalType", "User"),
    ] {
        context.insert(key.to_owned(), ContextValue::String(value.to_owned()));
    }
    for (key, value) in request["context"].as_object().into_iter().flatten() {
        let value = match value {
            Value::Array(items) => {
                let texts = items.iter().filter_map(Value::as_str).map(str::to_owned);
                ContextValue::StringList(texts.collect())
            }
            // It takes texts of keys that hold a boolean for texts.
            Value::String(text) if text == "true" || text == "false" => ContextValue::Boolean(text == "true"),
            value => ContextValue::String(value.as_str().unwrap_or_default().to_owned()),
        };
        context.insert(key.clone(), value);
    }
    context
}
