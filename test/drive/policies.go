package drive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// Grant is one action of one statement of a role's inline policy.
type Grant struct {
	RoleID       string // logical id, in the template
	Role, Policy string
	Statement    int
	Action       string
	Resource     string // as JSON
}

func (g Grant) String() string { return g.Action + " on " + g.Resource }

// policyDocument is an IAM policy, of which only the statements matter here.
type policyDocument struct {
	Version   string
	Statement []map[string]any
}

// Grants are all actions that the roles of the deployment are granted inline.
func (o *Operator) Grants(ctx context.Context) ([]Grant, error) {
	var grants []Grant
	for _, role := range o.deployment.Resources("AWS::IAM::Role") {
		policies, err := o.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: aws.String(role.PhysicalID)})
		if err != nil {
			return nil, fmt.Errorf("policies of %s: %w", role.LogicalID, err)
		}
		for _, policy := range policies.PolicyNames {
			document, err := readPolicy(ctx, o.iam, role.PhysicalID, policy)
			if err != nil {
				return nil, err
			}
			for i, statement := range document.Statement {
				resource, err := json.Marshal(statement["Resource"])
				if err != nil {
					return nil, err
				}
				for _, action := range actions(statement) {
					grants = append(grants, Grant{role.LogicalID, role.PhysicalID, policy, i, action, string(resource)})
				}
			}
		}
	}
	return grants, nil
}

// Revoke takes grants away, until the function returned gives them back.
func (o *Operator) Revoke(ctx context.Context, grants ...Grant) (restore func(context.Context) error, err error) {
	client := o.iam
	type key struct{ role, policy string }
	before := map[key]policyDocument{}
	for _, grant := range grants {
		at := key{grant.Role, grant.Policy}
		if _, known := before[at]; !known {
			if before[at], err = readPolicy(ctx, client, grant.Role, grant.Policy); err != nil {
				return nil, err
			}
		}
	}
	for at, document := range before {
		if err := writePolicy(ctx, client, at.role, at.policy, without(document, at.role, at.policy, grants)); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error {
		var err error
		for at, document := range before {
			err = errors.Join(err, writePolicy(ctx, client, at.role, at.policy, document))
		}
		return err
	}, nil
}

func without(document policyDocument, role, policy string, grants []Grant) policyDocument {
	reduced := policyDocument{Version: document.Version}
	for i, statement := range document.Statement {
		kept := slices.DeleteFunc(actions(statement), func(action string) bool {
			return slices.ContainsFunc(grants, func(g Grant) bool {
				return g.Role == role && g.Policy == policy && g.Statement == i && g.Action == action
			})
		})
		if len(kept) == 0 {
			continue
		}
		copied := map[string]any{"Action": kept}
		for name, value := range statement {
			if name != "Action" {
				copied[name] = value
			}
		}
		reduced.Statement = append(reduced.Statement, copied)
	}
	return reduced
}

func actions(statement map[string]any) []string {
	switch action := statement["Action"].(type) {
	case string:
		return []string{action}
	case []any:
		list := make([]string, 0, len(action))
		for _, element := range action {
			text, _ := element.(string)
			list = append(list, text)
		}
		return list
	}
	return nil
}

func readPolicy(ctx context.Context, client *iam.Client, role, policy string) (policyDocument, error) {
	got, err := client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(policy)})
	if err != nil {
		return policyDocument{}, fmt.Errorf("policy %s of %s: %w", policy, role, err)
	}
	text, err := url.QueryUnescape(aws.ToString(got.PolicyDocument))
	if err != nil {
		return policyDocument{}, fmt.Errorf("policy %s of %s: %w", policy, role, err)
	}
	var document policyDocument
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return policyDocument{}, fmt.Errorf("policy %s of %s: %w", policy, role, err)
	}
	return document, nil
}

// writePolicy replaces a policy; one without statements, which IAM does not
// take, is deleted.
func writePolicy(ctx context.Context, client *iam.Client, role, policy string, document policyDocument) error {
	var err error
	if len(document.Statement) == 0 {
		_, err = client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(policy)})
	} else {
		var text []byte
		if text, err = json.Marshal(document); err != nil {
			return err
		}
		_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
			RoleName: aws.String(role), PolicyName: aws.String(policy), PolicyDocument: aws.String(string(text))})
	}
	if err != nil {
		return fmt.Errorf("policy %s of %s: %w", policy, role, err)
	}
	return nil
}
