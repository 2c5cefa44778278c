// Package localcloud runs the project's examples on this machine: it starts
// ministack (an AWS look-alike that needs no Docker and no account), deploys an
// example's own template to it with the CDK CLI, and repairs what ministack
// loses on the way.
//
//	cloud, err := localcloud.Start(ctx, localcloud.Options{})
//	defer cloud.Stop()
//	deployment, err := cloud.Deploy(ctx, "snsfifo")
//	deployment.Output("TopicArn")
//
// What ministack refuses is taken out of the template before the deployment,
// from one list ([Unsupported]), and said aloud. What it accepts and then
// forgets (a FIFO topic's attributes, a table's TTL, …) is set by API after the
// deployment and read back. ADR 0004 says why ministack, and what it cannot show.
//
// The package needs the tools that `make tools` installs; see [Tools].
package localcloud
