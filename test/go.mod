module github.com/mediasupplychain/cdk/test

go 1.24

require github.com/mediasupplychain/cdk v0.0.0

replace github.com/mediasupplychain/cdk => ..
