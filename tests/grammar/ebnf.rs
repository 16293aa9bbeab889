//! Reads EBNF as `grammar/json.ebnf` and `grammar/policy.ebnf` explain it.

use std::collections::HashMap;

/// A part of a production. The number is its own in the grammar.
#[derive(Clone, Debug)]
pub struct Node {
    pub id: usize,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Alt(Vec<Node>),
    Seq(Vec<Node>),
    Opt(Box<Node>),
    Rep(Box<Node>),
    Times(usize, Box<Node>),
    Except(Box<Node>, Box<Node>),
    Text(String),
    Name(String),
    Range(char, char),
    White,
    /// `"x" not before "y"`
    NotBefore(String, String),
    /// Nothing, in a document of version 2012-10-17 (or of an older one).
    Version(bool),
    /// A number that a double cannot hold.
    TooBig,
    AnyString,
    Object(Box<Node>),
    Array(Box<Node>),
    Some(Box<Node>),
    Written(Box<Node>),
    /// The name of a member and its value.
    Member(Box<Node>, Box<Node>),
}

#[derive(Clone, Debug, Default)]
pub struct Grammar {
    pub productions: HashMap<String, Node>,
    /// The names in the order of the pages.
    pub names: Vec<String>,
    pub nodes: usize,
}

impl Grammar {
    /// Reads pages as one grammar.
    ///
    /// # Errors
    /// What cannot be read, a name with two productions, a name without one.
    pub fn read(pages: &[&str]) -> Result<Grammar, String> {
        let mut grammar = Grammar::default();
        for page in pages {
            let mut reader = Reader { tokens: tokens(page)?, at: 0, nodes: grammar.nodes };
            while reader.at < reader.tokens.len() {
                let (name, body) = reader.production()?;
                if grammar.productions.insert(name.clone(), body).is_some() {
                    return Err(format!("`{name}` has two productions"));
                }
                grammar.names.push(name);
            }
            grammar.nodes = reader.nodes;
        }
        let unknown = grammar.productions.values().find_map(|body| grammar.unknown(body));
        unknown.map_or(Ok(grammar), |name| Err(format!("`{name}` has no production")))
    }

    pub fn body(&self, name: &str) -> &Node {
        &self.productions[name]
    }

    fn unknown(&self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Name(name) if !self.productions.contains_key(name) => Some(name.clone()),
            _ => node.children().into_iter().find_map(|child| self.unknown(child)),
        }
    }

    /// Whether this literal occurs.
    pub fn has_text(&self, literal: &str) -> bool {
        fn has(node: &Node, literal: &str) -> bool {
            matches!(&node.kind, Kind::Text(text) if text == literal)
                || node.children().into_iter().any(|child| has(child, literal))
        }
        self.productions.values().any(|body| has(body, literal))
    }

    /// The names that a production uses, its own included.
    pub fn reached(&self, from: &str) -> Vec<&str> {
        let (Some((start, _)), mut found) = (self.productions.get_key_value(from), Vec::new())
        else {
            return Vec::new();
        };
        let mut open = vec![start.as_str()];
        while let Some(name) = open.pop() {
            if !found.contains(&name) {
                found.push(name);
                self.body(name).names(&mut open);
            }
        }
        found
    }
}

impl Node {
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Alt(nodes) | Kind::Seq(nodes) => nodes.iter().collect(),
            Kind::Opt(node)
            | Kind::Rep(node)
            | Kind::Times(_, node)
            | Kind::Object(node)
            | Kind::Array(node)
            | Kind::Some(node)
            | Kind::Written(node) => vec![node],
            Kind::Except(one, other) | Kind::Member(one, other) => vec![one, other],
            _ => Vec::new(),
        }
    }

    pub fn children_mut(&mut self) -> Vec<&mut Node> {
        match &mut self.kind {
            Kind::Alt(nodes) | Kind::Seq(nodes) => nodes.iter_mut().collect(),
            Kind::Opt(node)
            | Kind::Rep(node)
            | Kind::Times(_, node)
            | Kind::Object(node)
            | Kind::Array(node)
            | Kind::Some(node)
            | Kind::Written(node) => vec![node],
            Kind::Except(one, other) | Kind::Member(one, other) => vec![one, other],
            _ => Vec::new(),
        }
    }

    fn names<'a>(&'a self, into: &mut Vec<&'a str>) {
        if let Kind::Name(name) = &self.kind {
            into.push(name);
        }
        self.children().into_iter().for_each(|child| child.names(into));
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Special(String),
    Word(String),
    Sign(char),
}

fn tokens(page: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = page.trim_start();
    while let Some(first) = rest.chars().next() {
        let until = |end: &str| {
            let text = rest[first.len_utf8()..].split_once(end);
            text.ok_or_else(|| {
                format!("`{end}` is missing behind `{}`", &rest[..rest.len().min(20)])
            })
        };
        if rest.starts_with("(*") {
            rest = behind_remark(rest)?.trim_start();
            continue;
        }
        let (token, after) = match first {
            '"' => until("\"").map(|(text, after)| (Token::Text(text.to_owned()), after))?,
            '\'' => until("'").map(|(text, after)| (Token::Text(text.to_owned()), after))?,
            '?' => {
                let (text, after) = special(&rest[1..])?;
                (Token::Special(text.trim().to_owned()), after)
            }
            c if c.is_alphanumeric() => {
                let end =
                    rest.find(|c: char| !c.is_alphanumeric() && c != ' ').unwrap_or(rest.len());
                (Token::Word(rest[..end].trim_end().to_owned()), &rest[end..])
            }
            c if "=;,|()[]{}-:*".contains(c) => (Token::Sign(c), &rest[1..]),
            c => return Err(format!("`{c}` is no part of the notation")),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// The text behind a remark, which may hold others.
fn behind_remark(text: &str) -> Result<&str, String> {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        at += if rest.starts_with("(*") || rest.starts_with("*)") {
            depth += if rest.starts_with('(') { 1 } else { -1 };
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        if depth == 0 {
            return Ok(&text[at..]);
        }
    }
    Err("a remark does not end".to_owned())
}

/// The words of a special sequence, which may have `?` in quotes.
fn special(rest: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    for (at, c) in rest.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '?' if !quoted => return Ok((&rest[..at], &rest[at + 1..])),
            _ => {}
        }
    }
    Err("`?` is missing behind a special sequence".to_owned())
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    nodes: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is(&self, sign: char) -> bool {
        self.peek() == Some(&Token::Sign(sign))
    }

    fn take(&mut self, sign: char) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        if self.take(sign) {
            Ok(())
        } else {
            Err(format!("`{sign}` is missing, found {:?}", self.peek()))
        }
    }

    fn node(&mut self, kind: Kind) -> Node {
        self.nodes += 1;
        Node { id: self.nodes, kind }
    }

    fn production(&mut self) -> Result<(String, Node), String> {
        let Some(Token::Word(name)) = self.peek().cloned() else {
            return Err(format!("a name is missing, found {:?}", self.peek()));
        };
        self.at += 1;
        self.expect('=')?;
        let body = self.alternatives().map_err(|error| format!("in `{name}`: {error}"))?;
        self.expect(';').map_err(|error| format!("in `{name}`: {error}"))?;
        Ok((name, body))
    }

    fn alternatives(&mut self) -> Result<Node, String> {
        let mut found = vec![self.sequence()?];
        while self.take('|') {
            found.push(self.sequence()?);
        }
        Ok(self.only(found, Kind::Alt))
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut found = vec![self.term()?];
        while self.take(',') {
            found.push(self.term()?);
        }
        Ok(self.only(found, Kind::Seq))
    }

    fn only(&mut self, mut nodes: Vec<Node>, kind: fn(Vec<Node>) -> Kind) -> Node {
        match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            last => {
                nodes.extend(last);
                self.node(kind(nodes))
            }
        }
    }

    fn term(&mut self) -> Result<Node, String> {
        let mut term = self.factor()?;
        if self.take('-') {
            let exception = self.factor()?;
            term = self.node(Kind::Except(Box::new(term), Box::new(exception)));
        }
        if self.take(':') {
            let value = self.term()?;
            term = self.node(Kind::Member(Box::new(term), Box::new(value)));
        }
        Ok(term)
    }

    fn factor(&mut self) -> Result<Node, String> {
        let Some(Token::Word(word)) = self.peek().cloned() else { return self.primary() };
        let Ok(times) = word.parse::<usize>() else { return self.primary() };
        self.at += 1;
        self.expect('*')?;
        let primary = self.primary()?;
        Ok(self.node(Kind::Times(times, Box::new(primary))))
    }

    fn closed(&mut self, end: char, kind: fn(Box<Node>) -> Kind) -> Result<Node, String> {
        let inside =
            if self.is(end) { self.node(Kind::Seq(Vec::new())) } else { self.alternatives()? };
        self.expect(end)?;
        Ok(self.node(kind(Box::new(inside))))
    }

    fn primary(&mut self) -> Result<Node, String> {
        let token = self.peek().cloned().ok_or("the page ends inside a production")?;
        self.at += 1;
        let kind = match token {
            Token::Text(text) => Kind::Text(text),
            Token::Special(words) => special_kind(&words)?,
            Token::Sign('(') => {
                let inside = self.alternatives()?;
                self.expect(')')?;
                return Ok(inside);
            }
            Token::Sign('[') => return self.closed(']', Kind::Opt),
            Token::Sign('{') => return self.closed('}', Kind::Rep),
            Token::Word(word) if self.take('{') => match word.as_str() {
                "object" => return self.closed('}', Kind::Object),
                "array" => return self.closed('}', Kind::Array),
                "some" => return self.closed('}', Kind::Some),
                "written" => return self.closed('}', Kind::Written),
                _ => return Err(format!("`{word}{{` is no part of the notation")),
            },
            Token::Word(word) => Kind::Name(word),
            Token::Sign(sign) => return Err(format!("found `{sign}` where something must stand")),
        };
        Ok(self.node(kind))
    }
}

fn special_kind(words: &str) -> Result<Kind, String> {
    let wrong = || format!("`? {words} ?` is no part of the notation");
    let code = |text: &str| {
        let number = u32::from_str_radix(text.trim().strip_prefix("U+")?, 16).ok()?;
        char::from_u32(number)
    };
    Ok(match words {
        "any character" => Kind::Range('\0', char::MAX),
        "white space" => Kind::White,
        "version 2012-10-17" => Kind::Version(true),
        "older version" => Kind::Version(false),
        "number beyond 1.8e308" => Kind::TooBig,
        "string" => Kind::AnyString,
        _ if words.starts_with('"') => {
            let parts = words.split('"').collect::<Vec<_>>();
            match parts[..] {
                ["", text, " not before ", next, ""] => {
                    Kind::NotBefore(text.to_owned(), next.to_owned())
                }
                _ => return Err(wrong()),
            }
        }
        _ => {
            let (from, to) = words.split_once(" to ").unwrap_or((words, words));
            Kind::Range(code(from).ok_or_else(wrong)?, code(to).ok_or_else(wrong)?)
        }
    })
}
