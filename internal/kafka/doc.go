// Package kafka is the one way weir reaches a Kafka cluster: TLS, SASL, proxies and address maps, time-outs and bounded
// retries, what the traffic cost, and errors told as sentences.
//
// A Client has a Role. A seeing client is read-only by construction: it refuses every request whose API key is not on
// the list of keys that only read, before the request is built and once more where its bytes would leave the process.
// The franz-go client underneath can't be reached from outside this package.
package kafka
