// Package main does not compile, as a user's handler sometimes does not.
package main

func main() { handle(undefinedEvent) }
