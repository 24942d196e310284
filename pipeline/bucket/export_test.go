package bucket

// Patient is how requests are made again.
var Patient = patient
