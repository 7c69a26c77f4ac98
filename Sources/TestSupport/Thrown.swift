import Diagnostics

/// The diagnostic of the error that `body` throws, or nil where it throws none.
package func diagnostic(of body: () throws -> Void) -> Diagnostic? {
  do {
    try body()
    return nil
  } catch {
    return Diagnostic.all(of: error).first
  }
}
