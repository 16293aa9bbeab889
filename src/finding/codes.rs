//! The registry: one row for each kind of finding. Rules bring their own rows (`rules::RULES`).

use super::code::{Code, Row, Section, Severity};

macro_rules! codes {
    (@analyzer $($analyzer:literal)*) => { &[$($analyzer),*] };
    ($($section:ident: $($name:ident $severity:ident $id:literal $summary:literal $(=> [$($analyzer:literal)*])?)*;)*) => {
        $($(
            #[doc = $summary]
            pub const $name: Code = Code::of(&Row {
                id: $id,
                severity: Severity::$severity,
                section: Section::$section,
                summary: $summary,
                analyzer: codes!(@analyzer $($($analyzer)*)?),
                ..Row::PLAIN
            });
        )*)*

        /// All codes but those of the rules.
        pub const CODES: &[Code] = &[$($($name),*),*];
    };
}

codes! {
    Text:
    BAD_ESCAPE Error "bad-escape" "an escape sequence that JSON does not have" => ["JSON_SYNTAX_ERROR"]
    BAD_NUMBER Error "bad-number" "a number in a form that JSON does not have" => ["JSON_SYNTAX_ERROR"]
    BYTE_ORDER_MARK Warning "byte-order-mark" "the text begins with a byte order mark"
    COMMENT Error "comment" "a comment, which JSON does not have" => ["JSON_SYNTAX_ERROR"]
    CONTROL_CHARACTER Error "control-character" "a control character inside a string" => ["JSON_SYNTAX_ERROR"]
    DUPLICATE_MEMBER Error "duplicate-member" "an object has a member twice"
    EXPECTED_MEMBER Error "expected-member" "something other than a member inside an object" => ["JSON_SYNTAX_ERROR"]
    EXPECTED_VALUE Error "expected-value" "a value is missing" => ["JSON_SYNTAX_ERROR"]
    LONE_SURROGATE Error "lone-surrogate" "half of a surrogate pair inside a string" => ["JSON_SYNTAX_ERROR"]
    MISSING_BRACKET Error "missing-bracket" "an object or list is not closed" => ["JSON_SYNTAX_ERROR"]
    MISSING_COLON Error "missing-colon" "a member without a colon" => ["JSON_SYNTAX_ERROR"]
    MISSING_COMMA Error "missing-comma" "two members or items without a comma between them" => ["JSON_SYNTAX_ERROR"]
    MORE_PROBLEMS Error "more-problems" "the text has more mistakes than are reported"
    NESTING_LIMIT Error "nesting-limit" "values are nested too deeply to be read"
    NO_POLICY Error "no-policy" "JSON that holds no policy document"
    TOO_LARGE Error "too-large" "more text than is read"
    TRAILING_COMMA Error "trailing-comma" "a comma behind the last member or item" => ["JSON_SYNTAX_ERROR"]
    TRAILING_TEXT Error "trailing-text" "text behind the end of the document" => ["JSON_SYNTAX_ERROR"]
    UNQUOTED_WORD Error "unquoted-word" "a word without quotes" => ["JSON_SYNTAX_ERROR"]
    UNREADABLE_FILE Error "unreadable-file" "a file that cannot be read"
    UNTERMINATED_STRING Error "unterminated-string" "a string is not closed" => ["JSON_SYNTAX_ERROR"]
    WRONG_BRACKET Error "wrong-bracket" "a bracket that closes something else" => ["JSON_SYNTAX_ERROR"]
    WRONG_QUOTES Error "wrong-quotes" "single or typographic quotes" => ["JSON_SYNTAX_ERROR"]
    ;
    Policy:
    CONFLICTING_ELEMENTS Error "conflicting-elements" "an element and its `Not` form in one statement" => ["UNSUPPORTED_ELEMENT_COMBINATION"]
    DUPLICATE_KEY Error "duplicate-key" "a condition key twice under one operator, in different case" => ["DUPLICATE_KEYS_WITH_DIFFERENT_CASE"]
    DUPLICATE_SID Error "duplicate-sid" "two statements with one Sid; a warning where AWS stores it" => ["UNIQUE_SIDS_REQUIRED" "UNIQUE_SIDS_RECOMMENDED"]
    EMPTY_LIST Warning "empty-list" "an element or condition without values, or a policy without statements" => ["EMPTY_ARRAY_ACTION" "EMPTY_ARRAY_RESOURCE" "EMPTY_ARRAY_PRINCIPAL" "EMPTY_OBJECT_PRINCIPAL" "EMPTY_ARRAY_CONDITION" "EMPTY_ARRAY_CONDITION_FORALLVALUES" "EMPTY_ARRAY_CONDITION_FORANYVALUE" "EMPTY_ARRAY_CONDITION_IFEXISTS"]
    FEDERATED_PRINCIPAL Warning "federated-principal" "an identity provider as the principal of a resource; AWS's pages differ on whether S3 stores it" => ["FEDERATED_PRINCIPAL_NOT_SUPPORTED"]
    INVALID_ACTION Error "invalid-action" "an action in a form that AWS refuses"
    INVALID_EFFECT Error "invalid-effect" "an effect other than `Allow` and `Deny`" => ["INVALID_EFFECT"]
    INVALID_OPERATOR Error "invalid-operator" "a condition operator that AWS does not have" => ["INVALID_CONDITION_OPERATOR" "NULL_WITH_IF_EXISTS"]
    INVALID_PRINCIPAL Error "invalid-principal" "a principal in a form that AWS refuses" => ["INVALID_PRINCIPAL_FORMAT" "INVALID_PRINCIPAL_KEY" "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"]
    INVALID_RESOURCE Error "invalid-resource" "a resource in a form that AWS refuses" => ["INVALID_ARN_PREFIX" "MISSING_BRACE_IN_VARIABLE" "EMPTY_VARIABLE" "MISSING_QUOTE_IN_VARIABLE" "UNSUPPORTED_SPACE_IN_VARIABLE"]
    INVALID_SID Error "invalid-sid" "a Sid with other characters than letters and digits" => ["UNSUPPORTED_SID"]
    INVALID_VALUE Warning "invalid-value" "a value that the condition operator cannot read" => ["TYPE_MISMATCH_NUMBER" "TYPE_MISMATCH_DATE" "TYPE_MISMATCH_BOOLEAN" "TYPE_MISMATCH_STRING" "TYPE_MISMATCH_IP_RANGE" "INVALID_VARIABLE_FOR_OPERATOR" "MISSING_BRACE_IN_VARIABLE" "EMPTY_VARIABLE" "MISSING_QUOTE_IN_VARIABLE" "UNSUPPORTED_SPACE_IN_VARIABLE"]
    INVALID_VERSION Error "invalid-version" "a version of the policy language that AWS does not have" => ["INVALID_VERSION"]
    LIMIT Error "limit" "beyond a limit of this program; AWS may accept it"
    MISSING_ELEMENT Error "missing-element" "a required element is missing" => ["MISSING_ACTION" "MISSING_EFFECT" "MISSING_PRINCIPAL" "MISSING_RESOURCE" "MISSING_STATEMENT"]
    NOT_AN_OBJECT Error "not-an-object" "a policy document that is no object" => ["DATA_TYPE_MISMATCH"]
    SERVICE_WILDCARD Warning "service-wildcard" "a resource whose service has a wildcard; AWS's pages differ on whether it matches" => ["WILDCARD_IN_SERVICE_NAME"]
    SHORT_ARN Warning "short-arn" "an ARN with fewer than six parts where AWS does not say what that means" => ["MISSING_ARN_FIELD"]
    UNKNOWN_ELEMENT Error "unknown-element" "an element that the policy language does not have" => ["INVALID_POLICY_ELEMENT"]
    UNSUPPORTED_ELEMENT Error "unsupported-element" "an element that this kind of policy may not have" => ["UNSUPPORTED_PRINCIPAL" "SCP_SYNTAX_ERROR_PRINCIPAL" "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL" "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE" "RCP_SYNTAX_ERROR_ACTION" "RCP_SYNTAX_ERROR_ALLOW" "RCP_SYNTAX_ERROR_NOTACTION" "RCP_SYNTAX_ERROR_PRINCIPAL"]
    VARIABLE_WITHOUT_VERSION Warning "variable-without-version" "a policy variable that is plain text without the version `2012-10-17`" => ["VARIABLE_UNSUPPORTED_IN_VERSION"]
    WRONG_SHAPE Error "wrong-shape" "a value of another type than AWS accepts here" => ["DATA_TYPE_MISMATCH"]
    ;
    Setting:
    OTHER_NOTIFICATION Info "other-notification" "a notification that is not ICA's, whose destination S3 validates when ICA adds its own"
    REGION_NOTE Info "region-note" "what the ICA page says of the region alone"
    FOLDER_FILE Info "folder-file" "what a file of a folder is taken for, or that it is not read"
    REFUSED_CORS Error "refused-cors" "CORS rules that S3 would refuse"
    REFUSED_ENCRYPTION Error "refused-encryption" "a default encryption that S3 would refuse"
    ROLE_OF_OTHER_REGION Warning "role-of-other-region" "the policy names Illumina's role of another region"
    UNKNOWN_EVENT Warning "unknown-event" "an event type that the data on S3 does not contain"
    UNKNOWN_KEY Warning "unknown-key" "a condition key in a setting that the data on AWS does not contain"
    WRONG_SETTING Error "wrong-setting" "a setting of a connection is missing or wrong"
    ;
    Configuration:
    CHANGED_CONFIGURATION Warning "changed-configuration" "the configuration or the baseline of `lint` was changed since the revision whose configuration counts, or operations that `check` looked at there are left out"
    EXPIRED_IGNORE Warning "expired-ignore" "an ignore of a configuration of `lint` that is over"
    UNUSED_IGNORE Warning "unused-ignore" "an ignore of a configuration of `lint` that hides nothing"
    ;
    Request:
    DENIED Warning "denied" "the statement denies the example"
    GRANTED Warning "granted" "the statement grants the example"
    NEWLY_ALLOWED Warning "newly-allowed" "the new version allows this and the old one does not"
    NEWLY_DENIED Warning "newly-denied" "the old version allows this and the new one does not"
    NOT_GRANTED Warning "not-granted" "the nearest statement of a layer that does not grant the example"
    PUBLIC Warning "public" "the statement makes the bucket public by S3's definition"
    DENY_CHANGED Warning "deny-changed" "a Deny of one version denies what the other version does not deny, which matters beside other policies"
    TEST_FAILED Error "test-failed" "an expectation of `policy-tests.toml` does not hold: there is a request that shows it"
    TEST_UNDECIDED Warning "test-undecided" "it is not known whether an expectation of `policy-tests.toml` holds"
    UNDECIDED Warning "undecided" "the comparison could not be completed"
    UNTESTED Info "untested" "words of a policy that no expectation needs: without them all expectations hold, too"
    WRONG_TEST Error "wrong-test" "an expectation of `policy-tests.toml` that cannot be meant so"
    WRONG_REQUEST Error "wrong-request" "the question names no request that can be"
    ;
    Cause:
    AMBIGUOUS Warning "ambiguous" "the answer depends on a point that AWS's pages leave open"
    ENVIRONMENT Error "environment" "a setting of the bucket or of the connection"
    EXPLICIT_DENY Error "explicit-deny" "a statement denies the request"
    HIDDEN Warning "hidden" "the answer depends on something that no input says"
    NO_ALLOW Warning "no-allow" "no statement of a layer allows the request"
    ;
    Decision:
    BOUNDARY Warning "boundary" "the permissions boundary has to change"
    CONDITION Warning "condition" "an Allow that does not apply because of its condition"
    DENY_BY_INTENT Warning "deny-by-intent" "a Deny that is probably on purpose: network, MFA, encryption"
    ENDPOINT_POLICY Warning "endpoint-policy" "the policy of the VPC endpoint has to change"
    KEY_POLICY Warning "key-policy" "the policy of the KMS key has to change"
    NO_DOCUMENT Warning "no-document" "there is no file to edit"
    NOT_PRINCIPAL Warning "not-principal" "a Deny with `NotPrincipal`"
    NOT_PROVED Warning "not-proved" "there are edits, but none could be proved"
    OPEN Warning "open" "the answer depends on something that no file shows"
    ORGANIZATION Warning "organization" "a policy of the organization has to change"
    REFUSED_WORDS Warning "refused-words" "the statement has words that AWS would refuse"
    SESSION_POLICY Warning "session-policy" "the session policy, which ICA writes, has to change"
    TRUST_POLICY Warning "trust-policy" "the trust policy of the role has to change"
    ;
    Slip:
    SLIP_OPENS Warning "slip-opens" "a slip in these words gives somebody access, and nothing would tell"
    SLIP_BREAKS Info "slip-breaks" "a slip in these words stops an operation of ICA"
    SLIP_LOSES Info "slip-loses" "a slip in these words takes access from somebody"
    SLIP_UNDECIDED Warning "slip-undecided" "what a slip in these words does could not be decided"
    SLIPS_LEFT_OUT Warning "slips-left-out" "slips that the budget of the run did not suffice for: nothing is known of what they do"
    GUARDS_NOTHING Warning "guards-nothing" "without these words the policy means the same"
    REFUSED_ALREADY Error "refused-already" "AWS would refuse the document as it is"
    ;
}
