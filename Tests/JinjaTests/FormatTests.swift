import Testing

struct FormatTests {
  @Test("a format writes what Python writes", arguments: cases)
  func matchesJinja(_ example: Case) throws {
    #expect(try example.rendered() == example.expected)
  }

  static let cases: [Case] = [
    Case(
      "{{ '%s is %d years, %.2f %5d|%-5d|%05d %x %X %o %e %g %%'|format('x', 3, 2.5, 42, 42, 42, 255, 255, 8, 12345.678, 0.00001) }}",
      "x is 3 years, 2.50    42|42   |00042 ff FF 10 1.234568e+04 1e-05 %"),
    Case(
      "{{ '{} {}'.format(1, 'a') }} {{ '{0} {1} {0}'.format('x', 'y') }} {{ '{name:>8}|{v:,.2f}|{w:05d}|{z:^9}|'.format(name='bob', v=1234567.891, w=42, z='mid') }} {{ '{:x} {:b} {:o} {:#x} {:e} {:g} {:%}'.format(255, 5, 8, 255, 12345.6, 0.5, 0.25) }} {{ '{{}}'.format() }} {{ '{!r}'.format('x') }} {{ '{0[1]} {1.a}'.format([1,2], d) }} {{ '{:*<5}|{:*>5}|{:*^5}'.format('a','b','c') }} {{ '{:+d} {: d} {:,}'.format(5, 5, 1234567) }} {{ '{:{w}}|'.format('x', w=4) }} {{ '{:.3}'.format('abcdef') }} {{ '{:.3}'.format(3.14159) }} {{ '{:8.3f}|'.format(3.14159) }} {{ '{:_}'.format(1000000) }}",
      "1 a x y x      bob|1,234,567.89|00042|   mid   | ff 101 10 0xff 1.234560e+04 0.5 25.000000% {} 'x' 2 2 a****|****b|**c** +5  5 1,234,567 x   | abc 3.14    3.142| 1_000_000"
    ),
    Case("{{ '%d%%' % 5 }}", "5%"),
    Case("{{ '%s'|format(d) }}", "{'b': 1, 'a': 2, 'items': 5}"),
    Case("{{ '%s-%s'|format('a', 'b') }}", "a-b"),
    Case("{{ '%(x)s'|format(x=3) }}", "3"),
    Case("{{ '%.3f'|format(3.14159) }}", "3.142"),
    Case("{{ '{}'.format(true) }}", "True"),
    Case("{{ '{:d}'.format(true) }}", "1"),
    Case("{{ '{:>5}'.format(true) }}", "    1"),
    Case("{{ '%.2f%%' % 12.345 }}", "12.35%"),
    Case("{{ '{:.2%}'.format(0.1234) }}", "12.34%"),
    Case("{{ '{:10.3e}|'.format(12345.678) }}", " 1.235e+04|"),
    Case("{{ '{:<10}|{:^10}|'.format(1.5, 2) }}", "1.5       |    2     |"),
    Case("{{ '{:+.2f}'.format(-1.5) }}", "-1.50"),
    Case("{{ '{:010.2f}'.format(-3.14159) }}", "-000003.14"),
    Case("{{ '{:,}'.format(1234567.891) }}", "1,234,567.891"),
    Case("{{ '{:,.0f}'.format(1234567.891) }}", "1,234,568"),
    Case("{{ '{:x}'.format(-255) }}", "-ff"),
    Case("{{ '{:#b}'.format(5) }}", "0b101"),
    Case("{{ '{:c}'.format(65) }}", "A"),
    Case("{{ '{:s}'.format('x') }}", "x"),
    Case("{{ '{:g}'.format(1e10) }}", "1e+10"),
    Case("{{ '{:n}'.format(5) }}", "5"),
    Case("{{ '{!s:>5}'.format('x') }}", "    x"),
    Case("{{ '{a[x]}'.format(a={'x': 1}) }}", "1"),
    Case("{{ '{:.3}'.format(1.0) }}", "1.0"),
    Case("{{ '{:.1f}'.format(0.05) }}", "0.1"),
    Case("{{ '{:e}'.format(0.0) }}", "0.000000e+00"),
    Case("{{ '{:05}'.format(-42) }}", "-0042"),
    Case("{{ '{:05}'.format('ab') }}", "ab000"),
    Case("{{ '{:=+5d}'.format(3) }}", "+   3"),
    Case("{{ '{0}{1}'.format('a','b') }}", "ab"),
    Case("{{ '{:x<5}'.format('a') }}", "axxxx"),
    Case("{{ '{:5}|{:5}|'.format('a', 1) }}", "a    |    1|"),
    Case("{{ '{:>{w}.{p}f}'.format(3.14159, w=8, p=2) }}", "    3.14"),
    Case("{{ '{}'.format(undefined_x) }}", ""),
  ]
}
