;; Dot products of many vectors with one query, four elements at a time. The vectors lie one after the other.
(module
  (memory (import "host" "memory") 1)

  (func (export "dotProducts")
    (param $vectors i32)     ;; addresses, of float32 elements
    (param $count i32)
    (param $dimension i32)
    (param $query i32)
    (param $scores i32)      ;; where the results go
    (local $element i32) (local $end i32) (local $wide_end i32) (local $last i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $sum f32)

    (local.set $last (i32.add (local.get $scores) (i32.shl (local.get $count) (i32.const 2))))
    (block $done (loop $next_vector
      (br_if $done (i32.ge_u (local.get $scores) (local.get $last)))
      (local.set $a (v128.const f32x4 0 0 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $element (local.get $query))
      (local.set $end (i32.add (local.get $query) (i32.shl (local.get $dimension) (i32.const 2))))
      (local.set $wide_end (i32.add (local.get $query) (i32.shl (i32.and (local.get $dimension) (i32.const -16)) (i32.const 2))))

      ;; Four sums, none of which waits for another.
      (block $wide_done (loop $wide
        (br_if $wide_done (i32.ge_u (local.get $element) (local.get $wide_end)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (v128.load (local.get $vectors)) (v128.load (local.get $element)))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (v128.load offset=16 (local.get $vectors)) (v128.load offset=16 (local.get $element)))))
        (local.set $c (f32x4.add (local.get $c) (f32x4.mul (v128.load offset=32 (local.get $vectors)) (v128.load offset=32 (local.get $element)))))
        (local.set $d (f32x4.add (local.get $d) (f32x4.mul (v128.load offset=48 (local.get $vectors)) (v128.load offset=48 (local.get $element)))))
        (local.set $vectors (i32.add (local.get $vectors) (i32.const 64)))
        (local.set $element (i32.add (local.get $element) (i32.const 64)))
        (br $wide)))

      (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
      (local.set $sum (f32.add
        (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
        (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))

      (block $rest_done (loop $rest
        (br_if $rest_done (i32.ge_u (local.get $element) (local.get $end)))
        (local.set $sum (f32.add (local.get $sum) (f32.mul (f32.load (local.get $vectors)) (f32.load (local.get $element)))))
        (local.set $vectors (i32.add (local.get $vectors) (i32.const 4)))
        (local.set $element (i32.add (local.get $element) (i32.const 4)))
        (br $rest)))

      (f32.store (local.get $scores) (local.get $sum))
      (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
      (br $next_vector)))
  )
)
