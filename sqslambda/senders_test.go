package sqslambda_test

import (
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestSendersOfOtherAccountsAreNamedAndHaveAConditionEach(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage:           goPackage(),
		SenderAccounts:      jsii.Strings("444455556666", "111122223333"),
		SenderOrganizations: jsii.Strings("o-a1b2c3d4e5"),
		SenderPrincipals: jsii.Strings(
			"arn:aws:iam::777788889999:role/farm/uploader", "arn:aws:iam::777788889999:user/operator", "arn:aws:iam::111122223333:role/qc"),
	})

	arn := cdktest.Resolved(t, stack, c.Queue.QueueArn())
	policy := cdktest.PropertiesOf(t, c.Queue.Node().FindChild(jsii.String("Policy")))
	assert.Equal(t, []map[string]any{
		{
			"Sid": "SenderAccounts", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn,
			"Principal": map[string]any{"AWS": []any{root("111122223333"), root("444455556666")}},
			"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": []any{"111122223333", "444455556666"}}},
		},
		{
			"Sid": "SenderOrganizations", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn,
			"Principal": map[string]any{"AWS": "*"},
			"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalOrgID": []any{"o-a1b2c3d4e5"}}},
		},
		{
			"Sid": "SenderPrincipals", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn,
			"Principal": map[string]any{"AWS": []any{root("111122223333"), root("777788889999")}},
			"Condition": map[string]any{"ArnEquals": map[string]any{"aws:PrincipalArn": []any{
				"arn:aws:iam::111122223333:role/qc", "arn:aws:iam::777788889999:role/farm/uploader", "arn:aws:iam::777788889999:user/operator",
			}}},
		},
	}, cdktest.Statements(t, policy))
}

func TestNobodyElseMaySendByDefault(t *testing.T) {
	stack := testkit.NewStack(t)
	newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
	policies := cdktest.Properties(t, stack, "AWS::SQS::QueuePolicy")
	require.Len(t, policies, 2)
	for _, policy := range policies {
		assert.Empty(t, cdktest.Statements(t, policy))
	}
}
