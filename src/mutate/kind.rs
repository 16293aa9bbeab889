//! The kinds of slips that a person makes: one row for each.

use serde::Serialize;

/// A kind of slip.
#[derive(PartialEq, Eq, Debug, Serialize)]
pub struct Kind {
    /// Its name in reports and flags.
    pub id: &'static str,
    /// What happened, behind "what if": `the end / and * is missing`.
    pub says: &'static str,
    /// Whether words were taken out: if that changes nothing, they guard nothing.
    #[serde(skip)]
    pub removes: bool,
}

macro_rules! kinds {
    ($($name:ident $id:literal $says:literal $($removes:ident)?;)*) => {
        $(
            #[doc = $says]
            pub(super) const $name: &Kind = &Kind { id: $id, says: $says, removes: kinds!(@ $($removes)?) };
        )*

        /// All kinds, in the order of the parts of a policy.
        pub static KINDS: &[&Kind] = &[$($name),*];
    };
    (@) => { false };
    (@ removes) => { true };
}

kinds! {
    VERSION_REMOVED "version-removed" "the line of the version is missing" ;
    VERSION_OLD "version-old" "the version is the old one" ;
    NAME_CASE "name-case" "the name of an element is in lower case" ;
    LABEL_SPACE "label-space" "a space in the label" ;
    STATEMENT_REMOVED "statement-removed" "the statement is missing" removes;
    EFFECT_TURNED "effect-turned" "Allow and Deny are exchanged" ;
    NOT_ADDED "not-added" "a `Not` too many in the name of the element" ;
    NOT_LOST "not-lost" "the `Not` of the element is missing" ;

    VALUE_DROPPED "value-dropped" "one value is missing from the list" removes;
    EMPTIED "emptied" "nothing is written between the quotes" ;
    EXCEPTION_DROPPED "exception-dropped" "one exception is missing" removes;
    VERSION_ACTION "version-action-forgotten" "the action for versions of objects is missing" removes;

    ACTION_MISSPELT "action-misspelt" "two letters of the action are swapped" ;
    ACTION_NUMBER "action-number" "an `s` too many or too few in the action" ;
    ACTION_STAR_LOST "action-star-lost" "the `*` of the action is missing" ;
    VERB_WILDCARD "verb-wildcard" "a wildcard for all actions of that verb" ;
    SERVICE_WILDCARD "service-wildcard" "a wildcard for all actions of the service" ;
    ACTION_EVERYTHING "action-everything" "a wildcard for all actions of all services" ;

    SLASH_STAR_LOST "slash-star-lost" "the `/*` at the end is missing" ;
    SLASH_LOST "slash-lost" "the `/` before the `*` is missing" ;
    STAR_LOST "star-lost" "the `*` at the end is missing" ;
    SLASH_STAR_ADDED "slash-star-added" "a `/*` too many at the end" ;
    STAR_ADDED "star-added" "a `*` too many at the end" ;
    FOLDER_LOST "folder-lost" "the folder is missing" ;
    COLON_LOST "colon-lost" "a colon of the ARN is missing" ;
    RESOURCE_EVERYTHING "resource-everything" "a wildcard for all resources" ;
    REGION_WRONG "region-wrong" "another region" ;
    PARTITION_WRONG "partition-wrong" "another partition" ;
    ACCOUNT_DIGITS "account-digits" "two digits of the account are swapped" ;

    LETTER_LOST "letter-lost" "a letter of the name is missing" ;
    LETTER_DOUBLED "letter-doubled" "a letter of the name is doubled" ;
    LETTERS_SWAPPED "letters-swapped" "two letters of the name are swapped" ;
    UNDERSCORE "underscore-for-dash" "`_` for `-` in the name" ;
    CASE_CHANGED "case-changed" "a letter in the other case" ;

    PRINCIPAL_ACCOUNT "principal-account" "the whole account instead of one user or role" ;
    PRINCIPAL_EVERYBODY "principal-everybody" "everybody instead of the principals" ;
    PRINCIPAL_TYPE "principal-type" "another type of principal" ;
    ROLE_FOR_USER "role-for-user" "a user for a role, or a role for a user" ;

    CONDITION_REMOVED "condition-removed" "the condition is missing" removes;
    CONDITIONS_REMOVED "conditions-removed" "all conditions are missing" removes;
    EQUALS_FOR_LIKE "equals-for-like" "`Equals` for `Like`" ;
    LIKE_FOR_EQUALS "like-for-equals" "`Like` for `Equals`" ;
    STRING_FOR_ARN "string-for-arn" "an operator of strings for one of ARNs" ;
    ARN_FOR_STRING "arn-for-string" "an operator of ARNs for one of strings" ;
    IGNORE_CASE "ignore-case" "`IgnoreCase` too many or missing" ;
    NEGATION_ADDED "negation-added" "a negation too many" ;
    NEGATION_LOST "negation-lost" "the negation is missing" ;
    IF_EXISTS_ADDED "if-exists-added" "an `IfExists` too many" ;
    IF_EXISTS_LOST "if-exists-lost" "the `IfExists` is missing" ;
    SET_EXCHANGED "set-exchanged" "`ForAllValues` and `ForAnyValue` are exchanged" ;
    SET_LOST "set-lost" "the `ForAllValues` or `ForAnyValue` is missing" ;
    COMPARISON_TURNED "comparison-turned" "less for greater, or greater for less" ;
    BORDER_SHIFTED "border-shifted" "the limit itself is now included or excluded" ;
    KEY_MOVED "key-moved" "a key of a similar name" ;
    KEY_MISSPELT "key-misspelt" "a letter of the key is missing" ;

    FLAG_FLIPPED "flag-flipped" "true and false are exchanged" ;
    VALUE_EVERYTHING "value-everything" "a wildcard for any value" ;
    RANGE_WIDER "range-wider" "a wider range of addresses" ;
    RANGE_NARROWER "range-narrower" "a narrower range of addresses" ;
    RANGE_LOST "range-lost" "one address for the range" ;
    NUMBER_WRONG "number-wrong" "a digit of the number is missing" ;
    DATE_WRONG "date-wrong" "a year later" ;
    VARIABLE_MISSPELT "variable-misspelt" "a letter of the variable is missing" ;
    VARIABLE_MOVED "variable-moved" "a variable of a similar name" ;
    DOLLAR_LOST "dollar-lost" "the `$` of the variable is missing" ;
}

/// The kind of that name.
pub fn kind(id: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.id == id)
}
