/** `check<Equal<A, B>>()` compiles only if A and B are the same type; `any` equals nothing but itself. */
export type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

export declare function check<T extends true>(): T
