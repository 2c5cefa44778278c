// Package faultproxy stands between the Lambda functions of a local cloud and
// the cloud: it counts the API calls they make, shows them to who wants to see
// them, and makes some of them fail, by a plan that a seed decides.
//
//	proxy, err := faultproxy.Start(observe)
//	cloud, err := localcloud.Start(ctx, localcloud.Options{HandlerEndpoint: proxy.Endpoint()})
//	proxy.Forward(cloud.Endpoint)
//	proxy.Inject(faultproxy.Plan{Seed: 7, Rate: 0.1})
//
// Calls that the cloud's services make to each other do not pass it, and neither
// do those by which Lambda hands a function its events.
package faultproxy
