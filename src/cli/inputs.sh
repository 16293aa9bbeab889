#!/bin/sh
# Made by `ica-policy inputs`. Reads what `ica-policy check` needs and runs it; changes nothing in AWS.
# Needs the AWS CLI with a profile that may call: s3:GetBucketLocation, s3:GetBucketVersioning, s3:GetBucketPolicy, s3:GetBucketCORS,
# s3:GetBucketNotification, s3:GetBucketPublicAccessBlock, s3:GetAccountPublicAccessBlock, s3:GetBucketOwnershipControls,
# s3:GetEncryptionConfiguration,
# iam:GetUser, iam:ListUserPolicies, iam:GetUserPolicy, iam:ListAttachedUserPolicies, iam:ListGroupsForUser,
# iam:ListGroupPolicies, iam:GetGroupPolicy, iam:ListAttachedGroupPolicies, iam:GetPolicy, iam:GetPolicyVersion.
set -eu

bucket=@BUCKET@
account=@ACCOUNT@
user=@USER@
prefix=@PREFIX@
dir=@DIR@

mkdir -p "$dir"
# Settings of an earlier run may not match the answers of this one; they may be written by hand, so they are kept.
[ ! -f "$dir/ica.toml" ] || mv "$dir/ica.toml" "$dir/ica.toml.old"

# Runs a call whose answer is a list of words, one per line; the CLI writes an empty answer as `None`.
list() {
    answer=$(aws "$@" --output text) || exit 1
    printf '%s\n' "$answer" | tr '\t' '\n' | grep -v -x -e None -e '' || true
}

# Prints a word so that a shell reads it back.
quote() {
    case "$1" in
        *[!A-Za-z0-9_./:=@+,-]*|'') printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s ' "$1" ;;
    esac
}

# Turns the flags of a call of `check` into an ica.toml; files in it are relative to it.
settings() {
    shift 2
    echo '# Made by the script of `ica-policy inputs`, when all calls had answered: ica-policy check DIR'
    name='' values='' count=0
    for word in "$@" --; do
        case "$word" in
            --*)
                case "$count" in 0) ;; 1) echo "$name = $values" ;; *) echo "$name = [$values]" ;; esac
                name=$(printf '%s' "${word#--}" | tr - _) values='' count=0 ;;
            *)
                file=$word
                [ ! -f "$word" ] || file=${word#"$dir"/}
                value=$(printf '%s' "$file" | sed 's/[\\"]/\\&/g')
                values="$values${values:+, }\"$value\"" count=$((count + 1)) ;;
        esac
    done
}

# Fetches the version of a managed policy that is in force.
managed() {
    version=$(aws iam get-policy --policy-arn "$1" --query Policy.DefaultVersionId --output text) || exit 1
    aws iam get-policy-version --policy-arn "$1" --version-id "$version" --output json > "$2"
}

# Fetches a setting into a file and prints its name, or `none` where it is not configured: that is an error of its own, or no answer at all.
setting() {
    file="$dir/$1.json"
    absent=$2
    shift 2
    if aws "$@" --output json > "$file" 2> "$file.err"; then
        if [ -s "$file" ]; then echo "$file"; else echo none; fi
    elif grep -q "$absent" "$file.err"; then
        echo none
    else
        cat "$file.err" >&2
        exit 1
    fi
}

# Fetches the switches of Block Public Access of one level; not configured means that they are off.
public_access() {
    found=$(setting "$1" NoSuchPublicAccessBlockConfiguration "$2" get-public-access-block "$3" "$4") || exit 1
    if [ "$found" = none ]; then
        found="$dir/$1.json"
        echo '{"PublicAccessBlockConfiguration": {"BlockPublicPolicy": false, "RestrictPublicBuckets": false}}' > "$found"
    fi
    echo "$found"
}

# The bucket: region, versioning, policy.
aws s3api get-bucket-location --bucket "$bucket" --output text > "$dir/location.txt"
region=$(cat "$dir/location.txt")
case "$region" in None|null|'') region=us-east-1 ;; EU) region=eu-west-1 ;; esac

aws s3api get-bucket-versioning --bucket "$bucket" --query Status --output text > "$dir/versioning.txt"
case "$(cat "$dir/versioning.txt")" in
    Enabled) versioning=enabled ;;
    Suspended) versioning=suspended ;;
    *) versioning=unversioned ;;
esac

# "There is no bucket policy" and "the call failed" both leave an empty file, so they are distinguished here.
if aws s3api get-bucket-policy --bucket "$bucket" --output json > "$dir/bucket-policy.json" 2> "$dir/bucket-policy.err"; then
    bucket_policy="$dir/bucket-policy.json"
elif grep -q NoSuchBucketPolicy "$dir/bucket-policy.err"; then
    bucket_policy=none
else
    cat "$dir/bucket-policy.err" >&2
    exit 1
fi

# The bucket's settings.
cors=$(setting cors NoSuchCORSConfiguration s3api get-bucket-cors --bucket "$bucket")
notifications=$(setting notifications NoSuchConfiguration s3api get-bucket-notification-configuration --bucket "$bucket")
encryption=$(setting encryption ServerSideEncryptionConfigurationNotFoundError s3api get-bucket-encryption --bucket "$bucket")
bucket_block=$(public_access public-access-block s3api --bucket "$bucket")
account_block=$(public_access account-public-access-block s3control --account-id "$account")
ownership=$(setting ownership OwnershipControlsNotFoundError s3api get-bucket-ownership-controls --bucket "$bucket")
if [ "$ownership" != none ]; then
    ownership=$(grep -o -e BucketOwnerEnforced -e BucketOwnerPreferred -e ObjectWriter "$ownership" | head -n 1)
fi

# The user: its ARN has the path, which policies must spell out.
user_arn=$(aws iam get-user --user-name "$user" --query User.Arn --output text)

boundary_arn=$(aws iam get-user --user-name "$user" --query User.PermissionsBoundary.PermissionsBoundaryArn --output text)
case "$boundary_arn" in
    arn:*) boundary="$dir/boundary.json"; managed "$boundary_arn" "$boundary" ;;
    *) boundary=none ;;
esac

# Policies of the user and of its groups, inline and managed. No name holds a `~`, so no two files have one name.
set --
names=$(list iam list-user-policies --user-name "$user" --query 'PolicyNames[]')
for name in $names; do
    aws iam get-user-policy --user-name "$user" --policy-name "$name" --output json > "$dir/user-inline-$name.json"
    set -- "$@" "$dir/user-inline-$name.json"
done
groups=$(list iam list-groups-for-user --user-name "$user" --query 'Groups[].GroupName')
for group in $groups; do
    names=$(list iam list-group-policies --group-name "$group" --query 'PolicyNames[]')
    for name in $names; do
        aws iam get-group-policy --group-name "$group" --policy-name "$name" --output json > "$dir/group-inline-$group~$name.json"
        set -- "$@" "$dir/group-inline-$group~$name.json"
    done
done
attached=$(
    list iam list-attached-user-policies --user-name "$user" --query 'AttachedPolicies[].PolicyArn'
    for group in $groups; do
        list iam list-attached-group-policies --group-name "$group" --query 'AttachedPolicies[].PolicyArn'
    done
)
for arn in $(printf '%s\n' "$attached" | sort -u); do
    # AWS's policy and the customer's may have one name; the account distinguishes them.
    file="$dir/managed-$(printf '%s' "$arn" | cut -d: -f5)-$(basename "$arn").json"
    managed "$arn" "$file"
    set -- "$@" "$file"
done
[ $# -gt 0 ] || set -- none

# Not needed? Add `--skip` and any of: @OPERATIONS@
set -- ica-policy check --bucket "$bucket" --account "$account" --region "$region" --prefix "$prefix" \
    --versioning "$versioning" --user "$user_arn" --cors "$cors" --notifications "$notifications" \
    --bucket-encryption "$encryption" --public-access-block "$bucket_block" "$account_block" --ownership "$ownership" \
    --bucket-policy "$bucket_policy" --boundary "$boundary" --identity-policy "$@"
for word in "$@"; do quote "$word"; done >&2
settings "$@" > "$dir/ica.toml"
printf '\n\n' >&2
exec "$@"
