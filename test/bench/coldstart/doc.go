// Package coldstart measures how long a Lambda function takes from the start of
// its process to its first answer, and how much memory it has used by then. It
// plays the two servers that a function talks to: the Lambda runtime API, which
// hands it one event, and AWS.
package coldstart
