package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/payloads"
)

// The statements are written here, each with what it is for, and not left to
// the CDK's grants, which allow more than is used. docs/permissions.md has them
// in a table. The sids keep the CDK from merging them where a feature flag asks
// it to.

func allow(sid string, actions []string, resources ...*string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String(sid), Actions: jsii.Strings(actions...), Resources: &resources,
	})
}

// tableActions of the functions. A transaction needs the actions of its parts.
var (
	intakeActions = []string{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
	jobActions    = []string{"dynamodb:GetItem"}
	outboxActions = []string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
	watchActions  = []string{"dynamodb:PutItem"}
)

// useKey lets a function use the key of what it reads and writes.
func useKey(sid string, key awskms.IKey) []awsiam.PolicyStatement {
	if key == nil {
		return nil
	}
	return []awsiam.PolicyStatement{allow(sid, []string{"kms:Decrypt", "kms:GenerateDataKey"}, key.KeyArn())}
}

// useTableKey is what DynamoDB does with a customer managed key on behalf of
// whoever calls (DynamoDB developer guide, "DynamoDB encryption at rest: usage
// notes").
func (c *SupplyChain) useTableKey() []awsiam.PolicyStatement {
	if c.props.EncryptionKey == nil {
		return nil
	}
	return []awsiam.PolicyStatement{allow("UseTableKey",
		[]string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		c.props.EncryptionKey.KeyArn())}
}

// GrantReadState lets grantee read the table, as a team's own tools do with
// package state: items and queries of the table and its indexes, never scans.
func (c *SupplyChain) GrantReadState(grantee awsiam.IGrantable) awsiam.Grant {
	grant := awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee:      grantee,
		Actions:      jsii.Strings("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"),
		ResourceArns: &[]*string{c.words.tableARN, jsii.String(*c.words.tableARN + "/index/*")},
	})
	if key := c.props.EncryptionKey; key != nil {
		key.GrantDecrypt(grantee)
	}
	return grant
}

// GrantReadPayloads lets grantee read the payloads that the history refers to.
func (c *SupplyChain) GrantReadPayloads(grantee awsiam.IGrantable) awsiam.Grant {
	return payloads.GrantRead(c.Bucket, grantee)
}

// GrantPutEvents lets grantee put events on the supply chain's bus, as a tool
// does in which people approve.
func (c *SupplyChain) GrantPutEvents(grantee awsiam.IGrantable) awsiam.Grant {
	return c.Bus.GrantPutEventsTo(grantee)
}

// GrantRedo lets grantee do an asset's pending effects again from the table, as
// the command supplychain/cmd/redo does.
func (c *SupplyChain) GrantRedo(grantee awsiam.IGrantable) awsiam.Grant {
	c.GrantReadState(grantee)
	for _, statement := range append(c.effects(), allow("WriteHistory", outboxActions, c.words.tableARN)) {
		grantee.GrantPrincipal().AddToPrincipalPolicy(statement)
	}
	return c.Bus.GrantPutEventsTo(grantee)
}
