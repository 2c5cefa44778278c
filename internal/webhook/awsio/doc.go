// Package awsio connects the receiver's ports to AWS. A client is made when it
// is first needed, so that a function pays at its start only for what its
// partners use.
package awsio
