package example

import "github.com/aws/aws-cdk-go/awscdk/v2/awss3"

// AcceptPayloads says why the findings of cdk-nag and checkov about a bucket are accepted in
// which payloads are kept that are too large to travel.
func AcceptPayloads(bucket awss3.IBucket) {
	const logged = "Only functions of this stack read and write it, and their calls are in CloudTrail where data events are on."
	const versions = "The key of an object is the digest of its content, so no object is ever overwritten with another."
	Suppress(bucket, Rules{
		"AwsSolutions-S1": logged, "S3BucketLoggingEnabled": logged, "CKV_AWS_18": logged,
		"S3BucketVersioningEnabled": versions, "CKV_AWS_21": versions,
		"S3BucketReplicationEnabled": "The partner has what is in it, and sends it again on request; the state table is what must survive a Region.",
		"S3DefaultEncryptionKMS":     "It is encrypted with keys of S3; a key of the company's own is a property of the construct.",
	})
}
