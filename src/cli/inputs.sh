#!/bin/sh
# Made by `ica-policy inputs`. It reads what `ica-policy check` needs and runs the check. It changes nothing in AWS.
# It needs the AWS CLI with a profile that may call these actions.
# Without them the script stops: s3:GetBucketLocation and, for a user, iam:GetUser, iam:ListUserPolicies, iam:GetUserPolicy,
# iam:ListAttachedUserPolicies, iam:ListGroupsForUser, iam:ListGroupPolicies, iam:GetGroupPolicy, iam:ListAttachedGroupPolicies,
# for a role iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy, iam:ListAttachedRolePolicies, for both iam:GetPolicy and
# iam:GetPolicyVersion.
# Without these it goes on, and the report says what is unknown: s3:GetBucketVersioning, s3:GetBucketPolicy, s3:GetBucketCORS,
# s3:GetBucketNotification, s3:GetBucketPublicAccessBlock, s3:GetAccountPublicAccessBlock, s3:GetBucketOwnershipControls,
# s3:GetEncryptionConfiguration, kms:DescribeKey, kms:GetKeyPolicy, organizations:ListParents, organizations:ListPoliciesForTarget,
# organizations:DescribePolicy.
set -eu

bucket=@BUCKET@
account=@ACCOUNT@
kind=@KIND@
name=@NAME@
prefix=@PREFIX@
dir=@DIR@

settings=$dir/ica.toml
incomplete=$dir/INCOMPLETE

say() { printf '%s\n' "$*" >&2; }
stop() { say "stopped: $*"; exit 3; }

command -v aws > /dev/null || stop "the AWS CLI (aws) is not installed; AWS CloudShell has it"
mkdir -p -- "$dir" || exit 3
# Settings of an earlier run may not match the answers of this one; they may be written by hand, so they are kept.
[ ! -f "$settings" ] || mv -- "$settings" "$settings.old"
# Until the end, the folder says that it is not complete.
echo 'all: the script has not come to its end' > "$incomplete"
failures=''

# Before the region of the bucket is known, any region of the partition answers.
region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
region=${region:-us-east-1}

# A call whose answer is needed: the script stops where it fails.
must() {
    say "  aws $*"
    aws --region "$region" "$@" || stop "this call has failed: aws $*"
}

# A call of a list that is needed. Each word is a line of its own; `None` is a name like others.
list() {
    answer=$(must "$@" --output text) || exit 3
    printf '%s\n' "$answer" | grep -v -x -e '' || true
}

# A call without which the check goes on: `optional SETTING FILE ERROR CALL..`. It prints the name of the file, `none` where AWS
# answers with that error or with nothing, and nothing where the call fails.
optional() {
    setting=$1 file=$2 absent=$3
    shift 3
    say "  aws $*"
    if error=$(aws --region "$region" "$@" 2>&1 > "$dir/$file"); then
        if [ -s "$dir/$file" ]; then echo "$file"; else rm -f -- "$dir/$file"; echo none; fi
    else
        rm -f -- "$dir/$file"
        error=$(printf '%s' "$error" | tr '\n\r\t' '   ')
        case "$error" in
            *"($absent)"*) echo none ;;
            *)
                say "    failed: $error"
                printf '%s: aws %s: %s\n' "$setting" "$*" "$error" >> "$dir/failed" ;;
        esac
    fi
}

# A text of ica.toml.
text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }
put() { [ -z "$2" ] || printf '%s = %s\n' "$1" "$(text "$2")" >> "$settings"; }

# A list of ica.toml, in one line; without words it is `none`.
put_list() {
    setting=$1 words=''
    shift
    [ $# -gt 0 ] || set -- none
    for word in "$@"; do words="$words${words:+, }$(text "$word")"; done
    printf '%s = [%s]\n' "$setting" "$words" >> "$settings"
}

# Fetches the version of a managed policy that is in force.
managed() {
    version=$(must iam get-policy --policy-arn "$1" --query Policy.DefaultVersionId --output text)
    must iam get-policy-version --policy-arn "$1" --version-id "$version" --output json > "$dir/$2"
}

# The policies of one type at each level of the organization: `organization SETTING TYPE ACCOUNT`. The levels go from the account
# to the root. The organization's management account is bound by none.
organization() {
    setting=$1 type=$2 target=$3 levels=''
    [ "$target" != "$management" ] || { put "$setting" none; return 0; }
    while :; do
        say "  aws organizations list-policies-for-target --target-id $target --filter $type"
        ids=$(aws --region us-east-1 organizations list-policies-for-target --target-id "$target" --filter "$type" \
            --query 'Policies[].[Id]' --output text 2>&1) || {
            say "    not readable from here, so the report lists it as an assumption"
            return 0
        }
        files=''
        for id in $ids; do
            file=$setting-$target-$id.json
            aws --region us-east-1 organizations describe-policy --policy-id "$id" --output json > "$dir/$file" || return 0
            files="$files${files:+, }$(text "$file")"
        done
        [ -z "$files" ] || levels="$levels${levels:+, }[$files]"
        case "$target" in r-*) break ;; esac
        target=$(aws --region us-east-1 organizations list-parents --child-id "$target" --query 'Parents[0].Id' --output text) || return 0
    done
    if [ -z "$levels" ]; then put "$setting" none; else printf '%s = [%s]\n' "$setting" "$levels" >> "$settings"; fi
}

say "who is signed in"
must sts get-caller-identity --query Arn --output text >&2
: > "$dir/failed"
: > "$settings.new"
settings=$settings.new
{
    echo '# Made by the script of `ica-policy inputs`: ica-policy check DIR'
    echo '# Operations that you do not need: skip = { copy-into-bucket = "the reason" }. All: @OPERATIONS@'
} >> "$settings"
put bucket "$bucket"
put account "$account"
put prefix "$prefix"

say "the bucket"
location=$(must s3api get-bucket-location --bucket "$bucket" --query LocationConstraint --output text)
case "$location" in None | null | '') region=us-east-1 ;; EU) region=eu-west-1 ;; *) region=$location ;; esac
put region "$region"

found=$(optional versioning versioning.txt - s3api get-bucket-versioning --bucket "$bucket" --query Status --output text)
if [ "$found" = versioning.txt ]; then
    case "$(cat "$dir/versioning.txt")" in
        Enabled) put versioning enabled ;;
        Suspended) put versioning suspended ;;
        *) put versioning unversioned ;;
    esac
fi
put bucket_policy "$(optional bucket_policy bucket-policy.json NoSuchBucketPolicy \
    s3api get-bucket-policy --bucket "$bucket" --output json)"
put cors "$(optional cors cors.json NoSuchCORSConfiguration s3api get-bucket-cors --bucket "$bucket" --output json)"
put notifications "$(optional notifications notifications.json - \
    s3api get-bucket-notification-configuration --bucket "$bucket" --output json)"

# Block Public Access: what is not configured is off.
off='{"PublicAccessBlockConfiguration": {"BlockPublicPolicy": false, "RestrictPublicBuckets": false}}'
set --
of_bucket=$(optional public_access_block public-access-block.json NoSuchPublicAccessBlockConfiguration \
    s3api get-public-access-block --bucket "$bucket" --output json)
of_account=$(optional public_access_block account-public-access-block.json NoSuchPublicAccessBlockConfiguration \
    s3control get-public-access-block --account-id "$account" --output json)
for level in "public-access-block.json $of_bucket" "account-public-access-block.json $of_account"; do
    case "$level" in *' ') continue ;; *' none') printf '%s\n' "$off" > "$dir/${level% *}" ;; esac
    set -- "$@" "${level% *}"
done
[ $# -eq 0 ] || put_list public_access_block "$@"

ownership=$(optional ownership ownership.json OwnershipControlsNotFoundError \
    s3api get-bucket-ownership-controls --bucket "$bucket" --output json)
[ "$ownership" != ownership.json ] ||
    ownership=$(grep -o -e BucketOwnerEnforced -e BucketOwnerPreferred -e ObjectWriter "$dir/ownership.json" | head -n 1)
put ownership "$ownership"

encryption=$(optional bucket_encryption encryption.json ServerSideEncryptionConfigurationNotFoundError \
    s3api get-bucket-encryption --bucket "$bucket" --output json)
put bucket_encryption "$encryption"
key=''
[ "$encryption" != encryption.json ] ||
    key=$(tr -d '\n' < "$dir/encryption.json" | sed -n 's/.*"KMSMasterKeyID": *"\([^"]*\)".*/\1/p')
case "$key" in
    '' | *alias/aws/s3) ;;
    *)
        # The key may be named by its id or an alias; policies name its ARN.
        found=$(optional kms_key kms-key.txt - kms describe-key --key-id "$key" --query KeyMetadata.Arn --output text)
        if [ "$found" = kms-key.txt ]; then
            put kms_key "$(cat "$dir/kms-key.txt")"
            put kms_key_policy "$(optional kms_key_policy kms-key-policy.json - \
                kms get-key-policy --key-id "$key" --policy-name default --output json)"
        fi ;;
esac

say "the $kind"
# The ARN has the path, which policies must spell out.
case "$kind" in role) member=Role ;; *) member=User ;; esac
found=$(must iam "get-$kind" "--$kind-name" "$name" \
    --query "$member.[Arn, PermissionsBoundary.PermissionsBoundaryArn]" --output text)
arn=$(printf '%s' "$found" | cut -f 1)
boundary=$(printf '%s' "$found" | cut -f 2)
put "$kind" "$arn"
if [ "$kind" = role ]; then
    must iam get-role --role-name "$name" --output json > "$dir/trust-policy.json"
    put trust_policy trust-policy.json
fi
case "$boundary" in
    arn:*)
        found=$(optional boundary boundary-version.txt - \
            iam get-policy --policy-arn "$boundary" --query Policy.DefaultVersionId --output text)
        [ -z "$found" ] || put boundary "$(optional boundary boundary.json - \
            iam get-policy-version --policy-arn "$boundary" --version-id "$(cat "$dir/$found")" --output json)" ;;
    *) put boundary none ;;
esac

# Policies of the caller and of its groups, inline and managed. No name holds a `~`, so no two files have one name.
set --
names=$(list iam "list-$kind-policies" "--$kind-name" "$name" --query 'PolicyNames[].[@]')
for policy in $names; do
    must iam "get-$kind-policy" "--$kind-name" "$name" --policy-name "$policy" --output json > "$dir/$kind-inline-$policy.json"
    set -- "$@" "$kind-inline-$policy.json"
done
groups=''
[ "$kind" = role ] || groups=$(list iam list-groups-for-user --user-name "$name" --query 'Groups[].[GroupName]')
for group in $groups; do
    names=$(list iam list-group-policies --group-name "$group" --query 'PolicyNames[].[@]')
    for policy in $names; do
        must iam get-group-policy --group-name "$group" --policy-name "$policy" --output json > "$dir/group-inline-$group~$policy.json"
        set -- "$@" "group-inline-$group~$policy.json"
    done
done
attached=$(list iam "list-attached-$kind-policies" "--$kind-name" "$name" --query 'AttachedPolicies[].[PolicyArn]')
for group in $groups; do
    more=$(list iam list-attached-group-policies --group-name "$group" --query 'AttachedPolicies[].[PolicyArn]')
    attached="$attached
$more"
done
for policy in $(printf '%s\n' "$attached" | sort -u); do
    # AWS's policy and the customer's may have one name; the account distinguishes them.
    file=managed-$(printf '%s' "$policy" | cut -d: -f5)-$(basename "$policy").json
    managed "$policy" "$file"
    set -- "$@" "$file"
done
put_list identity_policy "$@"

say "the organization"
say "  aws organizations describe-organization"
management=$(aws --region us-east-1 organizations describe-organization --query Organization.MasterAccountId --output text 2>&1) || true
case "$management" in
    *AWSOrganizationsNotInUseException*) put scp none; put rcp none ;;
    *[!0-9]*) say "    not readable from here, so the report lists its policies as an assumption" ;;
    *)
        # Service control policies bind the caller, resource control policies the bucket.
        organization scp SERVICE_CONTROL_POLICY "$(printf '%s' "$arn" | cut -d: -f5)"
        organization rcp RESOURCE_CONTROL_POLICY "$account" ;;
esac

mv -- "$settings" "$dir/ica.toml"
if [ -s "$dir/failed" ]; then mv -- "$dir/failed" "$incomplete"; else rm -f -- "$dir/failed" "$incomplete"; fi
command -v ica-policy > /dev/null || stop "all answers are in $dir; ica-policy is not installed here: run \`ica-policy check $dir\` where it is"
say ''
say "ica-policy check $dir"
exec ica-policy check -- "$dir"
