// Package panel turns a [fold.View] into what lamps and buzzer show. It owns colour, blink, tone and priority.
//
// Position says what, colour how, blink how sure: no state is told by colour alone, every [Lamp] carries its
// meaning in words, and lit states that share a colour differ in rhythm. No rhythm flashes more than three times
// a second (WCAG 2.3.1).
//
// [Render] is pure. It shows green only while the evidence behind it lasts, and gives each lamp a lease that
// ends no later than that evidence. [Panel] shows frames on drivers and renews leases from [Panel.Update]
// alone: whoever stalls above it lets the lamps go dark by themselves.
package panel
