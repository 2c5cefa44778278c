// Package access writes the resource policies that let other accounts in:
// always by name, always with a condition, never for everybody.
package access

import (
	"errors"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// Grantees are those who get access.
type Grantees struct {
	// Name of the role they have in the properties, for example "Sender".
	Name string

	Accounts      *[]*string // account ids
	Organizations *[]*string // AWS Organizations ids
	Principals    *[]*string // ARNs of IAM roles and users
}

var principalPattern = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)

// Problems reports each entry that is not what its list holds. The properties
// are named Name + "Accounts" and so on.
func (g Grantees) Problems() error {
	return errors.Join(
		props.Accounts(g.Name+"Accounts", g.Accounts),
		props.Organizations(g.Name+"Organizations", g.Organizations),
		props.Patterns(g.Name+"Principals", g.Principals, principalPattern, "the ARN of an IAM role or user"),
	)
}

// Any says whether there is anybody.
func (g Grantees) Any() bool {
	return len(Sorted(g.Accounts))+len(Sorted(g.Organizations))+len(Sorted(g.Principals)) > 0
}

// Statements lets the grantees do actions on resource, given as ARN, or "*" in
// a key's policy. Conditions are added to the ones that name the grantees. The
// sids start with Name, which also keeps the CDK from merging the statements
// where a feature flag asks it to.
func (g Grantees) Statements(resource *string, conditions map[string]map[string]any, actions ...string) []awsiam.PolicyStatement {
	slices.Sort(actions)
	statement := func(sid string, principals []awsiam.IPrincipal, operator, key string, values []*string) awsiam.PolicyStatement {
		all := merged(conditions, operator, key, values)
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String(g.Name + sid),
			Principals: &principals,
			Actions:    jsii.Strings(actions...),
			Resources:  &[]*string{resource},
			Conditions: &all,
		})
	}
	var all []awsiam.PolicyStatement
	if accounts := Sorted(g.Accounts); len(accounts) > 0 {
		all = append(all, statement("Accounts", roots(accounts), "StringEquals", "aws:PrincipalAccount", accounts))
	}
	if organizations := Sorted(g.Organizations); len(organizations) > 0 {
		// AWS has no principal for an organization: everybody, narrowed by the condition.
		all = append(all, statement("Organizations", []awsiam.IPrincipal{awsiam.NewAnyPrincipal()}, "StringEquals", "aws:PrincipalOrgID", organizations))
	}
	if arns := Sorted(g.Principals); len(arns) > 0 {
		// The account as principal and the ARN as condition: a role named as principal must exist at
		// deployment, and is forgotten when its owner makes it anew.
		all = append(all, statement("Principals", roots(accountsOf(arns)), "ArnEquals", "aws:PrincipalArn", arns))
	}
	return all
}

// AllowKey lets the grantees use key for what they send, or read: a sender in
// another account needs the key's own policy, since its account's is not enough.
// Where the key is imported, a warning on self says what its owner must add.
func (g Grantees) AllowKey(self constructs.Construct, key awskms.IKey) {
	for _, statement := range g.Statements(jsii.String("*"), nil, "kms:Decrypt", "kms:GenerateDataKey") {
		queue.AddToKey(self, key, statement)
	}
}

// merged puts the condition that names the grantees beside the others.
func merged(conditions map[string]map[string]any, operator, key string, values []*string) map[string]any {
	all := map[string]any{}
	own := map[string]any{key: values}
	for other, keys := range conditions {
		if other == operator {
			for k, v := range keys {
				own[k] = v
			}
			continue
		}
		all[other] = keys
	}
	all[operator] = own
	return all
}

func roots(accounts []*string) []awsiam.IPrincipal {
	var all []awsiam.IPrincipal
	for _, account := range accounts {
		all = append(all, awsiam.NewAccountPrincipal(account))
	}
	return all
}

// accountsOf gives the accounts of principals, each once.
func accountsOf(arns []*string) []*string {
	var all []*string
	for _, arn := range arns {
		account := awscdk.Arn_Split(arn, awscdk.ArnFormat_SLASH_RESOURCE_NAME).Account
		if !slices.ContainsFunc(all, func(known *string) bool { return *known == *account }) {
			all = append(all, account)
		}
	}
	return all
}

// Sorted gives the entries in a fixed order, so that theirs in the properties
// does not change the template.
func Sorted(values *[]*string) []*string {
	if values == nil {
		return nil
	}
	sorted := slices.Clone(*values)
	slices.SortFunc(sorted, func(a, b *string) int {
		switch {
		case *a < *b:
			return -1
		case *a > *b:
			return 1
		}
		return 0
	})
	return sorted
}
