// Package payloads is what the constructs share about the buckets in which
// payloads are kept that are too large to travel.
package payloads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// GrantRead lets grantee read the objects of bucket, and decrypt them. The CDK's
// own grant lists the bucket too, and has wildcards of actions.
func GrantRead(bucket awss3.IBucket, grantee awsiam.IGrantable) awsiam.Grant {
	if key := bucket.EncryptionKey(); key != nil {
		key.GrantDecrypt(grantee)
	}
	return awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings("s3:GetObject"),
		ResourceArns: &[]*string{bucket.ArnForObjects(jsii.String("*"))},
	})
}
