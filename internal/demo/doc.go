// Package demo runs a Kafka cluster inside this process and keeps it busy: three brokers (kfake), and real franz-go
// producers and consumers that follow a script.
//
// No number in it is painted. Every offset was produced, fetched and committed by a client over a socket, so whatever
// reads the cluster meets it as it would meet any other. Where the fake brokers answer otherwise than Apache's do, the
// reply is corrected on its way out (see reply.go); nothing else is touched.
//
// Clients commit every second and have sessions of 6 s, the shortest a broker allows, so that nobody has to wait for a
// scenario to show.
package demo
