//! The files of the package in their own form.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{NAME, PackageError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct About {
    pub name: String,
    pub version: String,
    #[serde(rename = "updatedAt")]
    updated_at: Option<String>,
    license: Option<String>,
}

impl About {
    /// The day on which the package's authors read AWS's pages.
    pub(super) fn date(&self) -> &str {
        self.updated_at.as_deref().and_then(|text| text.get(..10)).unwrap_or_default()
    }

    pub(super) fn licence(&self) -> &str {
        self.license.as_deref().unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub name: String,
    pub access_level: String,
    pub resource_types: Vec<Use>,
    pub condition_keys: Vec<String>,
}

/// A resource type as an action uses it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Use {
    pub name: String,
    pub required: bool,
    pub condition_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceType {
    pub key: String,
    pub arn: Arns,
    #[serde(default)]
    pub condition_keys: Vec<String>,
}

/// The package joins several templates by a comma; a list would say the same.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Arns {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
pub(super) struct Key {
    pub key: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// The three files of a service.
pub(super) struct Service {
    pub actions: BTreeMap<String, Action>,
    pub types: BTreeMap<String, ResourceType>,
    pub keys: BTreeMap<String, Key>,
}

pub(super) const ABOUT: &str = "package.json";

/// The path of a file about one service.
pub(super) fn path(kind: &str, prefix: &str) -> String {
    format!("data/{kind}/{prefix}.json")
}

pub(super) struct Reader<'r> {
    read: &'r mut dyn FnMut(&str) -> Result<String, String>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(read: &'r mut dyn FnMut(&str) -> Result<String, String>) -> Self {
        Self { read }
    }

    pub(super) fn text(&mut self, file: &str) -> Result<String, PackageError> {
        (self.read)(file).map_err(|problem| PackageError::new(file, problem))
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self, file: &str) -> Result<T, PackageError> {
        let text = self.text(file)?;
        serde_json::from_str(&text).map_err(|error| PackageError::new(file, error))
    }

    /// The description of the package, if it is the right one.
    pub(super) fn about(&mut self) -> Result<About, PackageError> {
        let about = self.json::<About>(ABOUT)?;
        let wrong = |problem: String| Err(PackageError::new(ABOUT, problem));
        if about.name != NAME {
            return wrong(format!("this is the package `{}`, not `{NAME}`", about.name));
        }
        let date = about.date();
        let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if date.is_empty() || !is_date {
            return wrong("`updatedAt` is not a date".to_owned());
        }
        Ok(about)
    }

    pub(super) fn service(&mut self, prefix: &str) -> Result<Service, PackageError> {
        if !prefix
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err(PackageError::new(
                "data/services.json",
                format!("`{prefix}` is not a prefix of a service"),
            ));
        }
        Ok(Service {
            actions: self.json(&path("actions", prefix))?,
            types: self.json(&path("resourceTypes", prefix))?,
            keys: self.json(&path("conditionKeys", prefix))?,
        })
    }
}
