/// What all templates of a host share: filters, tests, functions, the meaning of undefined, the limits.
package struct Environment: Sendable {
  /// A filter, test or function. A filter's or test's subject is the first argument of the call.
  package typealias Body = @Sendable (Call) throws -> Value

  package var filters: [String: Body]
  package var tests: [String: Body]
  package var functions: [String: Body]
  package var undefinedPolicy: UndefinedPolicy
  package var limits: Limits

  /// Jinja's built-in filters and tests, and its functions `range`, `dict`, `namespace`, `cycler` and `joiner`.
  package init(undefinedPolicy: UndefinedPolicy = .standard, limits: Limits = Limits()) {
    filters = Builtins.filters
    tests = Builtins.tests
    functions = Builtins.functions
    self.undefinedPolicy = undefinedPolicy
    self.limits = limits
  }
}

/// Leaves the macro that is being called, with the value that `Renderer.leaveMacro` was given.
struct ReturnSignal: TemplatePassthrough {}

extension Environment {
  /// A function that ends the macro it is called in and makes its argument the macro's value.
  package static let returnFunction: Body = { call in
    let value = try call.bind("data", required: 1).value(0)
    throw call.renderer.leaveMacro(returning: value)
  }
}
