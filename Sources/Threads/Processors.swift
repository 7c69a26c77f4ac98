#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine's processors.
package enum Processors {
  /// How many there are that may be used; at least one.
  package static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
