// swift-tools-version: 6.2

import PackageDescription

// Dependencies point one way. Tests/TidyTests compares them with the imports: no import without a
// dependency, no dependency without an import.

// Warnings stop CI, not somebody's build with a newer compiler.
let warnings: [SwiftSetting] =
  Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let strict: [SwiftSetting] =
  warnings + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // An async function runs where its caller runs: on the caller's event loop.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // Generic code is specialised for the module that uses it, but only what is public. So JSON and
    // the parameters of SQL are public, and all else is not: without that a placed order takes 40 %
    // more instructions.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  ]

/// What the build was told about the sources, as a C string; `./dev` and the Dockerfile tell it.
func told(_ name: String) -> String { "\"\(Context.environment[name] ?? "")\"" }

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
  name: "waybill",
  products: [
    .executable(name: "waybill", targets: ["waybill"]),
    .executable(name: "waybill-lab", targets: ["waybill-lab"]),
    .executable(name: "order-process-standin", targets: ["order-process-standin"]),
  ],
  targets: [
    .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    // OpenSSL's libcrypto, which libpq brings along.
    .systemLibrary(name: "CCrypto"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLinux"),
    // The files that the program carries with it.
    .target(
      name: "CEmbedded",
      cSettings: [
        .define("BUILD_REVISION", to: told("BUILD_REVISION")),
        .define("BUILD_SOURCE_DATE", to: told("BUILD_SOURCE_DATE")),
      ]),
    library("EventLoop", ["CLinux"]),
    library("JSON"),
    library("HTTP", ["CZlib"]),
    library("Telemetry", ["EventLoop", "JSON"]),
    library("HTTPServer", ["EventLoop", "HTTP", "Telemetry"]),
    library("HTTPClient", ["EventLoop", "HTTP"]),
    library("Postgres", ["EventLoop", "Telemetry", "CPQ", "CCrypto"]),
    library("PrivateCluster", ["EventLoop", "Postgres", "CPQ"]),
    library("Orders"),
    library("OrderStore", ["EventLoop", "Orders", "Postgres", "CCrypto"]),
    library("OrderService", ["Orders", "OrderStore", "HTTPClient", "HTTP", "JSON"]),
    library(
      "OrderAPI",
      ["EventLoop", "Orders", "OrderStore", "OrderService", "HTTP", "JSON", "Telemetry"]),
    library(
      "Jobs",
      [
        "EventLoop", "HTTP", "HTTPClient", "OrderService", "OrderStore", "Orders", "Postgres",
        "Telemetry",
      ]),
    // CEmbedded carries the files.
    library("Console", ["HTTP"], exclude: ["Files"]),
    .executableTarget(
      name: "waybill",
      dependencies: [
        "EventLoop", "JSON", "HTTP", "HTTPServer", "HTTPClient", "Postgres", "PrivateCluster",
        "Orders", "OrderStore", "OrderService", "OrderAPI", "Jobs", "Telemetry", "Console",
        "CEmbedded",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "waybill-lab", dependencies: ["JSON", "Postgres", "PrivateCluster"],
      swiftSettings: strict),
    .executableTarget(
      name: "order-process-standin",
      dependencies: ["EventLoop", "HTTP", "HTTPServer", "HTTPClient", "JSON"],
      swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: ["EventLoop", "HTTP", "HTTPServer", "Postgres", "PrivateCluster"],
      path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("EventLoopTests", ["EventLoop", "TestSupport"]),
    tests("JSONTests", ["JSON", "TestSupport"]),
    tests("HTTPTests", ["HTTP", "TestSupport"], exclude: ["Differential"]),
    tests(
      "HTTPServerTests",
      ["HTTPServer", "HTTP", "PrivateCluster", "Telemetry", "EventLoop", "TestSupport"]),
    tests("HTTPClientTests", ["HTTPClient", "HTTP", "EventLoop", "TestSupport"]),
    tests("OrdersTests", ["Orders", "TestSupport"]),
    tests(
      "PostgresTests", ["Postgres", "PrivateCluster", "Telemetry", "EventLoop", "TestSupport"]),
    tests("PrivateClusterTests", ["PrivateCluster", "Postgres", "TestSupport"]),
    tests(
      "OrderStoreTests",
      [
        "OrderStore", "Orders", "Postgres", "PrivateCluster", "Telemetry", "EventLoop",
        "TestSupport",
      ],
      exclude: ["sql"]),
    tests(
      "OrderServiceTests",
      [
        "OrderService", "OrderStore", "Orders", "HTTPClient", "HTTP", "Postgres", "EventLoop",
        "TestSupport",
      ]),
    tests(
      "ContractTests",
      [
        "OrderAPI", "OrderService", "OrderStore", "Orders", "Postgres", "PrivateCluster",
        "EventLoop",
        "HTTP", "JSON", "Telemetry", "TestSupport",
      ]),
    tests("ConsoleTests", ["Console", "HTTP"]),
    tests("TelemetryTests", ["Telemetry", "TestSupport"]),
    tests(
      "JobsTests",
      [
        "Jobs", "Telemetry", "Orders", "Postgres", "EventLoop", "TestSupport",
      ]),
    // These start the built program, and read its parts.
    tests(
      "ProgramTests",
      [
        "waybill", "order-process-standin", "Console", "OrderAPI", "EventLoop", "HTTP",
        "HTTPClient", "Postgres", "PrivateCluster", "Jobs", "Telemetry", "JSON", "TestSupport",
      ]),
    // These start the stand-in, and read its parts.
    tests(
      "StandinTests",
      ["order-process-standin", "EventLoop", "HTTP", "HTTPServer", "HTTPClient", "TestSupport"]),
    // These read what the benchmarks make of their measurements.
    tests("LabTests", ["waybill-lab", "TestSupport"]),
    tests("TidyTests", ["TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// For `./dev fuzz` alone: libFuzzer brings its own `main`, and the tests' corpora are its seeds.
if Context.environment["FUZZ"] != nil {
  package.targets.removeAll { $0.type == .test || $0.name == "TestSupport" }
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: ["HTTP", "JSON", "OrderAPI", "Orders"], path: "Tests",
      sources: [
        "Fuzz", "TestSupport/HTTPCorpus", "JSONTests/AcceptedDocuments.swift",
        "JSONTests/RefusedDocuments.swift",
      ], swiftSettings: strict))
}
