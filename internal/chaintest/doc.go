// Package chaintest has what tests of a supply chain's handlers share: a table
// in memory that evaluates DynamoDB's expressions. It is for tests only.
package chaintest
