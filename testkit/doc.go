// Package testkit tests what a CDK app written in Go synthesizes. It knows no construct in particular: it works for each
// stack of each app.
//
// A test takes a snapshot of a stack's template, and fails when the template changes:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
//	func TestOrders(t *testing.T) {
//		app := testkit.NewApp(t, testkit.WithContextOf(t, "cdk.json"))
//		testkit.Snapshot(t, NewOrdersStack(app, jsii.String("Orders"), nil))
//	}
//
// # Golden files
//
// The template is compared with testdata/snapshots/TestOrders/Orders.json: the test's name, then the stack's path in the
// app. The folder testdata/snapshots belongs to this package. Golden files are read like code, committed, and never
// written by hand: the environment variable TESTKIT_UPDATE has them written, in place of being compared.
//
//	TESTKIT_UPDATE=1 go test ./...
//
// A file that no test compares is left over from a test that was removed or renamed. [Main] fails the package for it, and
// TESTKIT_UPDATE=1 removes it; either only after all tests of the package ran and passed, which a run with -run, -skip,
// -short or -fuzz does not do. A test that leaves out its snapshot for another reason than -short makes its file unused.
//
// # What a failure says
//
// First, what a deployment over the template in the golden file would delete, replace, or fail on. Resources that cannot
// be made again, since they hold data or an address that others know, come before the others:
//
//	Deployed, this change does to what cannot be made again:
//	  - DELETES AWS::DynamoDB::Table Assets7A1F28CC, and with it its items.
//	  - REPLACES AWS::SQS::Queue Inbox4B2A6E1D by a new one (FifoQueue changes from absent to true). The old one is
//	    deleted, and with it its messages.
//
// Then the difference, each hunk under the path of what it changes, and the command that writes the golden file anew.
//
// Which property replaces a resource is read from @aws-cdk/aws-service-spec 0.1.216, the database behind `cdk diff`. Said
// is what follows from the two templates: a DeletionPolicy or UpdateReplacePolicy that keeps a resource, a resource that is
// replaced since it refers to one that is, and a logical id that changed with its construct's id or place. Not seen is
// what only the account knows: values of parameters and tokens, drift, custom resources, stack policies.
//
// # What is left out of a snapshot
//
// What changes without a change of the infrastructure is removed, or masked by a word in angle brackets:
//
//   - hashes of assets, and so the S3 keys, image tags and nested templates' URLs that hold them: <asset>
//   - the hash at the end of the logical id of an AWS::Lambda::Version and an AWS::ApiGateway::Deployment, which changes
//     with the function's code and the API's methods, and so all references to it: <hash>
//   - the parameter BootstrapVersion and the rule CheckBootstrapVersion
//   - the resource CDKMetadata and its condition
//   - the resource metadata aws:cdk:path and aws:asset:*
//   - the order of keys, and how the JSON is indented
//
// Churn of your own is masked by [Masked]. Everything else is compared, also the order of lists.
//
// # For authors of constructs
//
// [LogicalIDs] keeps the list of resources that a construct defines, whose logical ids users depend on without seeing
// them. [SameWithFlags] keeps a construct's template independent of the feature flags of the app that uses it.
//
// # Concurrency
//
// jsii, which runs the CDK, is not safe for concurrent use: tests that call the CDK must not call t.Parallel, with this
// package or without it.
package testkit
