// Package rules holds the examples against the rules of cdk-nag: AwsSolutions,
// NIST 800-53 R5, HIPAA Security and PCI DSS 3.2.1.
//
// A finding is either repaired or suppressed where the resource is defined, in
// its metadata, so that the library needs no cdk-nag:
//
//	"Metadata": {"cdk_nag": {"rules_to_suppress": [{"id": "AwsSolutions-SQS3", "reason": "…"}]}}
//
// A reason says why the finding is no risk there, in a sentence that a security
// reviewer would accept.
package rules
