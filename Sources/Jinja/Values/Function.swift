import Diagnostics

/// A function of the host, or a method bound to its object.
package final class Function: ValueHolder {
  package let name: String
  /// The object of a bound method.
  package internal(set) var receiver: Value
  private let body: (Call) throws -> Value

  package init(_ name: String, receiver: Value = .none, body: @escaping (Call) throws -> Value) {
    self.name = name
    self.receiver = receiver
    self.body = body
  }

  deinit {
    if receiver.holdsValues { Teardown.empty(self) }
  }

  override func moveValues(to orphans: inout [Value]) {
    orphans.append(receiver)
    receiver = .none
  }

  func invoke(_ call: Call) throws -> Value { try body(call) }
}

extension Value {
  /// A function that the host supplies.
  package static func function(_ name: String, _ body: @escaping (Call) throws -> Value) -> Value {
    .function(Function(name, body: body))
  }
}

/// A macro as a value: what it does, and where its free names are looked up.
package final class Macro {
  package let definition: Definition
  /// Where the names of a macro are looked up that was taken from a file's definitions; nil for the renderer's.
  package let scope: Scope?
  /// The variables around a macro that a template has defined while being rendered.
  let frame: Frame?

  /// A macro of another file, such as a project registers them.
  package convenience init(_ definition: Definition, scope: Scope? = nil) {
    self.init(definition, scope: scope, frame: nil)
  }

  init(_ definition: Definition, scope: Scope?, frame: Frame?) {
    self.definition = definition
    self.scope = scope
    self.frame = frame
  }
}

/// One call of a function, method, filter or test: its arguments, and the renderer for calls back.
package struct Call {
  package struct Keyword {
    package let name: String
    package let value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// What messages call the callee.
  package let name: String
  package var arguments: [Value]
  package var keywords: [Keyword]
  package let renderer: Renderer
  /// The object whose bound method is called.
  var receiver: Value = .none

  package init(name: String, arguments: [Value], keywords: [Keyword] = [], renderer: Renderer) {
    self.name = name
    self.arguments = arguments
    self.keywords = keywords
    self.renderer = renderer
  }

  /// The value of a keyword argument.
  package func keyword(_ name: String) -> Value? {
    keywords.first { $0.name == name }?.value
  }

  /// Sorts the arguments to parameter names; throws on too many, too few, unknown or doubled ones.
  package func bind(_ parameters: [String], required: Int = 0) throws -> BoundArguments {
    guard arguments.count <= parameters.count else {
      throw TemplateError.runtime(
        "\(name)() takes at most \(parameters.count) argument(s), \(arguments.count) given")
    }
    var values: [Value?] = Array(repeating: nil, count: parameters.count)
    for (index, argument) in arguments.enumerated() { values[index] = argument }
    for keyword in keywords {
      guard let index = parameters.firstIndex(of: keyword.name) else {
        throw TemplateError.runtime(
          "\(name)() has no argument '\(keyword.name)'",
          hints: Suggestion.hint(for: keyword.name, in: parameters).map { [$0] } ?? [])
      }
      guard values[index] == nil else {
        throw TemplateError.runtime("\(name)() got two values for the argument '\(keyword.name)'")
      }
      values[index] = keyword.value
    }
    if let missing = (0..<required).first(where: { values[$0] == nil }) {
      throw TemplateError.runtime("\(name)() needs the argument '\(parameters[missing])'")
    }
    return BoundArguments(name: name, parameters: parameters, values: values)
  }

  func bind(_ parameters: String..., required: Int = 0) throws -> BoundArguments {
    try bind(parameters, required: required)
  }
}

/// Arguments by the place of their parameter.
package struct BoundArguments {
  let name: String
  let parameters: [String]
  let values: [Value?]

  /// The argument, or nil if it was left out.
  package subscript(index: Int) -> Value? { values[index] }

  /// The argument, or undefined's stand-in `none` if it was left out.
  package func value(_ index: Int, default fallback: Value = .none) -> Value { values[index] ?? fallback }

  /// A string argument; nil if it was left out or is `none`.
  package func string(_ index: Int) throws -> String? {
    switch values[index] {
    case nil, .some(.none): return nil
    case .string(let text): return text
    case .some(let other): throw wrongType(index, "a string", other)
    }
  }

  /// An integer argument; nil if it was left out or is `none`.
  package func int(_ index: Int) throws -> Int? {
    switch values[index] {
    case nil, .some(.none): return nil
    case .some(let other):
      guard let value = other.integer else { throw wrongType(index, "an integer", other) }
      return value
    }
  }

  /// The truth of an argument.
  package func bool(_ index: Int, default fallback: Bool = false) -> Bool {
    values[index]?.isTrue ?? fallback
  }

  func wrongType(_ index: Int, _ wanted: String, _ value: Value) -> TemplateError {
    if case .undefined(let undefined) = value { return undefined.error }
    return .runtime(
      "the argument '\(parameters[index])' of \(name)() must be \(wanted), not \(value.shortDescription)")
  }
}
