// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "reelhouse",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "reelhouse", targets: ["CLI"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    // libcurl: its headers at build time, itself at first use.
    .target(
      name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    // ISA-L, which need not be there: opened at run time.
    .target(
      name: "CIgzip", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    // Leaves: everybody may import them.
    .target(name: "Diagnostics"),
    .target(name: "Files", dependencies: ["Diagnostics"]),
    .target(name: "Threads"),

    // Formats: they know nothing of films, layers or builds.
    .target(name: "CSV", dependencies: ["Diagnostics"]),
    .target(name: "Jinja", dependencies: ["Diagnostics"]),
    .target(name: "Parquet", dependencies: ["CZlib", "CZstd", "Diagnostics"]),
    .target(name: "SQLite", dependencies: ["CSQLite", "Diagnostics"]),
    .target(name: "Zip", dependencies: ["CIgzip", "CZlib", "Diagnostics"]),

    // Services: they know nothing of us either.
    .target(
      name: "Cloud",
      dependencies: [
        "CCurl", "Diagnostics", "Files", "Threads", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),

    // The store.
    .target(
      name: "Storage",
      dependencies: [
        "Diagnostics", "Files", "SQLite", "Threads", .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // Stages.
    .target(
      name: "Ingest",
      dependencies: [
        "CSV", "Diagnostics", "Files", "Parquet", "SQLite", "Storage", "Threads", "Zip",
      ]),
    .target(name: "Sample", dependencies: ["Diagnostics", "Threads", "Zip"]),
    .target(
      name: "Transform",
      dependencies: [
        "Diagnostics", "Files", "Jinja", "SQLite", "Storage", "Threads",
        .product(name: "Yams", package: "Yams"),
      ]),

    .target(
      name: "Sync",
      dependencies: [
        "Cloud", "Diagnostics", "Files", "Parquet", "SQLite", "Storage", "Threads",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      // As bytes in the code: the binary is copied about alone.
      resources: [.embedInCode("Resources/mirror_to_snowflake.py")]),

    // The command.
    .executableTarget(
      name: "CLI",
      dependencies: [
        "Cloud", "Diagnostics", "Files", "Ingest", "Parquet", "Sample", "SQLite", "Storage", "Sync",
        "Threads", "Transform", "Zip",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Measurements, `make bench-micro`.
    .executableTarget(
      name: "Microbenchmarks", dependencies: ["CSV", "SQLite", "Zip"], path: "Tests/Benchmarks/Micro"),

    // Tests.
    .target(name: "TestSupport", dependencies: ["Diagnostics", "Files", "SQLite", "Storage", "Threads"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "FilesTests", dependencies: ["Diagnostics", "Files", "TestSupport"]),
    .testTarget(name: "CSVTests", dependencies: ["CSV", "Diagnostics"]),
    .testTarget(name: "JinjaTests", dependencies: ["Diagnostics", "Jinja"]),
    .testTarget(name: "ParquetTests", dependencies: ["Diagnostics", "Files", "Parquet", "TestSupport"]),
    .testTarget(name: "SQLiteTests", dependencies: ["Diagnostics", "Files", "SQLite", "TestSupport"]),
    .testTarget(
      name: "CloudTests",
      dependencies: [
        "Cloud", "Diagnostics", "Files", "TestSupport", "Threads",
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),
    .testTarget(name: "ZipTests", dependencies: ["Diagnostics", "Zip"]),
    .testTarget(
      name: "StorageTests", dependencies: ["Diagnostics", "Files", "SQLite", "Storage", "TestSupport"]),
    .testTarget(
      name: "IngestTests",
      dependencies: ["Diagnostics", "Files", "Ingest", "Parquet", "SQLite", "Storage", "Zip"]),
    .testTarget(name: "SampleTests", dependencies: ["Diagnostics", "Sample", "Zip"]),
    .testTarget(
      name: "SyncTests",
      dependencies: [
        "Cloud", "Diagnostics", "Files", "Parquet", "SQLite", "Storage", "Sync", "TestSupport", "Threads",
      ], exclude: ["Remote/Mirror/Golden"]),
    .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
    .testTarget(
      name: "TransformTests",
      dependencies: ["Diagnostics", "Files", "SQLite", "Storage", "TestSupport", "Transform"]),
    // The command as its users have it: the tests run the built binary.
    .testTarget(
      name: "CLITests",
      dependencies: [
        "CLI", "Diagnostics", "Files", "Parquet", "SQLite", "Sample", "Storage", "Sync", "TestSupport", "Zip",
      ],
      exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6]
)
