//! The condition keys that a request carries.

/// The value of a key.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(untagged)]
pub enum ContextValue {
    /// Of a single-valued key.
    One(String),
    /// Of a multi-valued key.
    Many(Vec<String>),
}

impl ContextValue {
    /// The values as a list.
    pub fn as_slice(&self) -> &[String] {
        match self {
            ContextValue::One(value) => std::slice::from_ref(value),
            ContextValue::Many(values) => values,
        }
    }
}

/// The keys of one request, sorted, their names in lower case: names compare without case (B3).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Context {
    entries: Vec<(Box<str>, ContextValue)>,
    left_out: Vec<Box<str>>,
    tries_any_value: bool,
    open_variables: Vec<Box<str>>,
}

impl Context {
    /// No keys.
    pub fn new() -> Self {
        Context::default()
    }

    /// Sets a key, replacing what it had.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        let key = key.to_lowercase();
        match self.find(&key) {
            Ok(at) => self.entries[at].1 = value,
            Err(at) => self.entries.insert(at, (key.into(), value)),
        }
    }

    /// Sets a single-valued key.
    pub fn set_one(&mut self, key: &str, value: impl Into<String>) {
        self.set(key, ContextValue::One(value.into()));
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) {
        if let Ok(at) = self.find(&key.to_lowercase()) {
            self.entries.remove(at);
        }
    }

    /// The value of a key whose name is given in lower case.
    pub fn get(&self, lower_key: &str) -> Option<&ContextValue> {
        self.find(lower_key).ok().map(|at| &self.entries[at].1)
    }

    /// The value of a key whose name is given in lower case, if it has one: an empty list is none, as if the key were absent (D3).
    pub fn present(&self, lower_key: &str) -> Option<&ContextValue> {
        self.get(lower_key).filter(|value| !value.as_slice().is_empty())
    }

    /// Says that AWS sends these keys, given in lower case, with every such request, though no value was given. For
    /// `Null` they are there; what compares a value treats them as absent, or with `any_value` may hold or not.
    pub fn leave_out(&mut self, lower_keys: impl IntoIterator<Item = Box<str>>, any_value: bool) {
        self.left_out = lower_keys.into_iter().collect();
        self.tries_any_value = any_value;
    }

    /// Whether AWS sends the key, given in lower case, though no value was given.
    pub fn leaves_out(&self, lower_key: &str) -> bool {
        self.left_out.iter().any(|key| **key == *lower_key)
    }

    /// Whether what compares the value of a key that was left out may hold or not.
    pub fn tries_any_value(&self) -> bool {
        self.tries_any_value
    }

    /// Says that the value of this key, given in lower case, stands for others that conditions do not distinguish
    /// from it. A pattern with the key as a variable may match or not.
    pub fn open_variable(&mut self, lower_key: &str) {
        self.open_variables.push(lower_key.into());
    }

    /// The keys whose value stands for others.
    pub fn open_variables(&self) -> impl Iterator<Item = &str> {
        self.open_variables.iter().map(|key| &**key)
    }

    /// Whether the value that a variable of this key has is not known.
    pub fn is_open_variable(&self, lower_key: &str) -> bool {
        self.open_variables.iter().any(|key| **key == *lower_key)
            || self.tries_any_value && self.leaves_out(lower_key)
    }

    /// All keys with their values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(name, _)| (**name).cmp(key))
    }
}

/// Of a key that comes more than once the last value counts, as with [`Context::set`].
impl<K: AsRef<str>> FromIterator<(K, ContextValue)> for Context {
    fn from_iter<I: IntoIterator<Item = (K, ContextValue)>>(keys: I) -> Self {
        let lower =
            |(key, value): (K, ContextValue)| (key.as_ref().to_lowercase().into_boxed_str(), value);
        let mut entries = keys.into_iter().map(lower).collect::<Vec<_>>();
        // Turned around, a stable sort puts the last of each key first.
        entries.reverse();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        entries.dedup_by(|(later, _), (kept, _)| later == kept);
        Context { entries, ..Context::default() }
    }
}
