// Package chart draws measurements as SVG, where people would rather look than read: panels of lines or dots, one below
// the other. A chart needs nothing to be shown but a browser, and reads in light and in dark.
package chart
