// Package main is the smallest program that compiles.
package main

func main() {}
